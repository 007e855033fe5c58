"""The navigation beside, or on a phone above, every page, and the keys that work anywhere on it."""

from collections.abc import Callable, Mapping
from typing import Any

from ui.components.viewed import Viewed


class Shell(Viewed, component="shell.js"):
    """Brand, places, workspace, person, theme and sign-out; all of it plain links and a form.

    Asks the server only for the sheet of shortcuts, and for a refresh.
    """

    def __init__(
        self, view: Any, open_help: Callable[[], None], refresh: Callable[[], None]
    ) -> None:
        super().__init__(view)
        self.on("help", open_help, args=[])
        self.on("refresh", refresh, args=[])
        self.mark("shell", "sign-out")

    def ring(self, bell: Mapping[str, Any]) -> bool:
        """Show the bell as it is now; return whether that changed anything."""
        return self.show({**self.view, **bell})
