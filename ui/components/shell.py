"""The navigation beside, or on a phone above, every page."""

from collections.abc import Callable, Mapping
from typing import Any

from ui.components.viewed import Viewed


class Shell(Viewed, component="shell.js"):
    """Brand, places, workspace, person, theme and sign-out; all of it plain links and a form."""

    def __init__(self, view: Any, open_help: Callable[[], None]) -> None:
        super().__init__(view)
        self.on("help", open_help, args=[])
        self.mark("shell", "sign-out")

    def ring(self, bell: Mapping[str, Any]) -> bool:
        """Show the bell as it is now; return whether that changed anything."""
        return self.show({**self.view, **bell})
