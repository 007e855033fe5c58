"""What went wrong in a run, grouped and readable."""

from ui.components.viewed import Viewed


class RunFailures(Viewed, component="run_failures.js"):
    """What went wrong in a run, grouped and readable."""
