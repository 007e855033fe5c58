"""The keys that work anywhere on a page."""

from collections.abc import Callable, Sequence

from ui.browser import Browser
from ui.components.viewed import Viewed
from ui.places import Place
from ui.presenters.shortcuts import letters


class Keyboard(Viewed, component="keyboard.js"):
    """Listens in the browser; asks the server only for the sheet, and for a refresh."""

    def __init__(
        self, browser: Browser, places: Sequence[Place], open_sheet: Callable[[], None]
    ) -> None:
        super().__init__(letters(places))
        self.on("help", open_sheet, args=[])
        self.on("refresh", browser.refresh, args=[])
