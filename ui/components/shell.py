"""The navigation beside, or on a phone above, every page."""

from typing import Any

from ui.components.viewed import Viewed


class Shell(Viewed, component="shell.js"):
    """Brand, places, workspace, person, theme and sign-out; all of it plain links and a form."""

    def __init__(self, view: Any) -> None:
        super().__init__(view)
        self.mark("shell", "sign-out")
