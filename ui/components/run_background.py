"""What a run was given, and which runs it belongs to; nothing of it changes."""

from ui.components.viewed import Viewed


class RunBackground(Viewed, component="run_background.js"):
    """What a run was given, and which runs it belongs to; nothing of it changes."""
