"""The sign-in that one open page belongs to, looked up again at every tick and every action."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import Client, ui

from services.auth import Viewer
from services.journal.about import about_page, new_id
from services.operations import NotAllowedError
from ui.console import Console
from ui.reader import reader_of


class PageSession:
    """One open page of one sign-in. When the sign-in is over, all of the page goes at once."""

    _open: "dict[int, set[PageSession]]" = {}

    def __init__(self, console: Console, viewer: Viewer, request: Request, client: Client) -> None:
        self.viewer = viewer
        self.locale = reader_of(request)
        self._console = console
        self._client = client
        self._watch = console.access.watch(viewer.session_id, self._take)
        self._paces: dict[object, float] = {}
        self._endings: list[Callable[[], None]] = []
        self._lookers: list[Callable[[Viewer], None]] = []
        self._is_over = False
        # Not the client's own id: with that one a stranger could speak for the page.
        self._page_id = new_id()
        request.state.page = self._page_id
        about_page(self._page_id, viewer.user_id)
        self._open.setdefault(viewer.session_id, set()).add(self)
        client.on_delete(self._leave)

    @property
    def zone(self) -> ZoneInfo:
        return self.locale.zone

    async def look(self, max_age: float = 0.0, *, fresh: bool = False) -> Viewer | None:
        """The viewer with rights `max_age` seconds old at most; None once the sign-in is over.

        No activity. With `fresh`, by a read that begins now.
        """
        about_page(self._page_id, self.viewer.user_id)
        viewer = await self._watch.read(max_age, fresh=fresh)
        self._take(viewer)
        return viewer

    def keep_pace(self, part: object, pace: float | None) -> None:
        """A live part of the page looks every `pace` seconds, or not at all."""
        if pace is None:
            self._paces.pop(part, None)
        else:
            self._paces[part] = pace
        self._watch.keep_pace(min(self._paces.values(), default=None))

    def _take(self, viewer: Viewer | None) -> None:
        if viewer is None:
            self.end()
            return
        if viewer is self.viewer:
            return  # one of whom nothing has changed is the same object
        self.viewer = viewer
        for looker in self._lookers:
            looker(viewer)

    async def act(self) -> Viewer:
        """The viewer about to do something by hand, which keeps the sign-in alive."""
        viewer = await self.look(fresh=True)
        if viewer is None:
            raise NotAllowedError
        await self._console.auth.touch(viewer.session_id)
        return viewer

    def on_look(self, looker: Callable[[Viewer], None]) -> None:
        """Call `looker` with what each look brings, beside the rights: it costs no read."""
        self._lookers.append(looker)

    def on_end(self, ending: Callable[[], None]) -> None:
        """Call `ending` when the sign-in is over, before the page is cleared."""
        self._endings.append(ending)

    def end(self) -> None:
        """Clear the page and say once that the sign-in is over, however many parts noticed."""
        if self._is_over:
            return
        self._is_over = True
        for ending in self._endings:
            ending()
        if self._client.is_deleted:
            return
        for element in list(self._client.layout.default_slot.children):
            if isinstance(element, ui.dialog):
                element.delete()
        self._client.content.clear()
        title = self.locale.say("You are signed out.")
        text = self.locale.say("Your session has ended, so nothing is shown or refreshed any more.")
        with self._client.content, ui.element("main").classes("notice-page"):
            ui.label(title).classes("notice-title").props('role="alert"').mark("session-over")
            ui.label(text)
            ui.link(self.locale.say("Sign in again"), "/login")

    @classmethod
    def end_all(cls, session_id: int) -> None:
        """End every page that this process has open for a sign-in."""
        for page in list(cls._open.get(session_id, ())):
            page.end()

    def _leave(self) -> None:
        self._watch.close()
        pages = self._open.get(self.viewer.session_id, set())
        pages.discard(self)
        if not pages:
            self._open.pop(self.viewer.session_id, None)
