"""The status of a run, how far it has come, and whose it is."""

from ui.components.viewed import Viewed


class RunSummary(Viewed, component="run_summary.js"):
    """The status of a run, how far it has come, and whose it is."""

    def __init__(self) -> None:
        super().__init__()
        self.mark("run-status", "run-counts")
