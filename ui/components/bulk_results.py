"""What came of each run of a bulk run; nothing for any other run."""

from ui.components.viewed import Viewed


class BulkResults(Viewed, component="bulk_results.js"):
    """What came of each run of a bulk run; nothing for any other run."""

    def __init__(self) -> None:
        super().__init__()
        self.mark("bulk-results")
