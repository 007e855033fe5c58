"""The navigation beside, or on a phone above, every page."""

from collections.abc import Callable
from typing import Any

from ui.components.viewed import Viewed


class Shell(Viewed, component="shell.js"):
    """Brand, places, workspace, person, theme and sign-out; all of it plain links and a form."""

    def __init__(self, view: Any, open_help: Callable[[], None]) -> None:
        super().__init__(view)
        self.on("help", open_help, args=[])
        self.mark("shell", "sign-out")
