"""What the console's own front-end components have in common: one view, sent when it changed."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui


class Viewed(ui.element):
    """An element that shows one plain view; an equal view sends nothing.

    `words` are those that never change while the page is open.
    """

    def __init__(self, view: Any = None, words: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._props["view"] = view
        if words is not None:
            self._props["words"] = dict(words)

    @property
    def view(self) -> Any:
        """What is on the screen."""
        return self._props["view"]

    def show(self, view: Any) -> bool:
        """Put `view`, plain JSON, on the screen; return whether that changed anything."""
        if view == self._props["view"]:
            return False
        self._props["view"] = view
        self.update()
        return True
