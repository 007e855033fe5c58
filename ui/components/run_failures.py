"""What went wrong in a run, grouped; nothing when nothing did."""

from ui.components.viewed import Viewed


class RunFailures(Viewed, component="run_failures.js"):
    """What went wrong in a run, grouped; nothing when nothing did."""

    def __init__(self) -> None:
        super().__init__()
        self.mark("run-failure")
