"""The phases of a run with their times and durations."""

from ui.components.viewed import Viewed


class RunTimeline(Viewed, component="run_timeline.js"):
    """The phases of a run with their times and durations."""
