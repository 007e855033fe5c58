"""What the console's own front-end components have in common: one view, sent when it changed."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

Patch = dict[str, Any]


class Viewed(ui.element):
    """An element that shows one plain view; an equal view sends nothing.

    `words` are those that never change while the page is open.
    """

    def __init__(self, view: Any = None, words: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.hold(view)
        if words is not None:
            self.set_plain("words", words)

    @property
    def view(self) -> Any:
        """What is on the screen."""
        return self._props["view"]

    def show(self, view: Any) -> bool:
        """Put `view`, plain JSON, on the screen; return whether that changed anything."""
        if self.patch(self.view, view) is None:
            return False
        self.hold(view)
        self.update()
        return True

    def hold(self, view: Any) -> None:
        """Know that `view` is on the screen, which has been brought there by other means."""
        self.set_plain("view", view)

    def set_plain(self, name: str, plain: Any) -> None:
        """Set a property that goes out with the page.

        Past the framework's observation, which would copy all of it for each page, only to hear of
        changes within it; and there are none.
        """
        dict.__setitem__(self._props, name, plain)

    @classmethod
    def patch(cls, before: Any, view: Any) -> Patch | None:
        """What a browser has to do to get from one view to another; None when that is nothing.

        `=` is the view to put in place, `+` the items of it that are other ones, by key or index.
        """
        if before is view or before == view:
            return None
        if isinstance(before, dict) and isinstance(view, dict) and before.keys() == view.keys():
            return {"+": {key: item for key, item in view.items() if item != before[key]}}
        return {"=": view}
