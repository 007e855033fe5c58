"""Pages that ask for nothing by themselves look again when their tab is shown again."""

from collections.abc import Awaitable, Callable

from nicegui import background_tasks

from ui.browser import Browser


def when_shown_again(browser: Browser, look: Callable[[], Awaitable[object]]) -> None:
    """Call `look` whenever the tab comes back: from behind another, or to the server."""
    _Tab(browser, look)


class _Tab:
    def __init__(self, browser: Browser, look: Callable[[], Awaitable[object]]) -> None:
        self._browser = browser
        self._look = look
        self._was_visible: bool | None = None
        self._has_reported = False
        browser.on_change(self._hear)

    def _hear(self) -> None:
        is_visible = self._browser.is_visible
        was_visible, self._was_visible = self._was_visible, is_visible
        # The first report of a page that was only just read is no news.
        has_come_back = bool(is_visible) and not was_visible and self._has_reported
        self._has_reported |= is_visible is not None
        if has_come_back:
            background_tasks.create(self._call(), name="look at the rights again")

    async def _call(self) -> None:
        await self._look()
