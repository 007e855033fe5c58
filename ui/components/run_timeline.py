"""The phases of a run with their times and durations."""

from ui.components.viewed import Viewed


class RunTimeline(Viewed, component="run_timeline.js"):
    """The phases of a run with their times and durations."""

    def __init__(self) -> None:
        super().__init__()
        self.mark("run-timeline")
