"""A part of a page that asks for nothing by itself.

It looks at the rights again before every deed and whenever it is shown, and shows what is stored
after every deed; between them it is silent.
"""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from nicegui import ui
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from policy.access import Action
from services.admin_terms import ChangedMeanwhileError
from services.auth import Viewer, WorkspaceRef
from services.desk import Desk, desk_of
from services.operations import NotAllowedError
from ui.page import Page, nothing_here
from ui.shown_again import when_shown_again

T = TypeVar("T")
R = TypeVar("R")
_log = logging.getLogger("stillwatch.pages")


class StillPart(Generic[T]):
    """Shows what `read` finds by `paint`, for as long as the person may do `action` there.

    Built with `found`, what was read for the page itself; `host` is where its elements go.
    """

    def __init__(
        self,
        page: Page,
        place: WorkspaceRef,
        action: Action,
        read: Callable[[Session], T],
        paint: Callable[[T], None],
    ) -> None:
        self.host = ui.element("div").classes("panel-host")
        self._page = page
        self._place = place
        self._action = action
        self._read = read
        self._paint = paint
        self._is_over = False
        when_shown_again(page.browser, self._look)
        page.session.on_end(self._end)

    async def do(self, deed: Callable[[Session, Desk], R]) -> R:
        """Carry a deed out in one transaction, then show what is stored.

        Raises what the deed raises, and `NotAllowedError` after clearing what is shown.
        """
        try:
            viewer = await self._page.session.act()
            desk = desk_of(viewer, self._place.id)
            result = await self._page.console.database.write(lambda session: deed(session, desk))
        except NotAllowedError:
            self._clear()
            raise
        except ChangedMeanwhileError:
            await self.refresh()
            raise
        try:
            await self.refresh()
        except SQLAlchemyError as error:
            # The deed is done, and its result may be shown only once: what is old is no failure.
            _log.warning("what is stored cannot be shown: %s", str(error).partition("\n")[0])
        return result

    async def refresh(self) -> None:
        """Show what is stored now, to whoever may still see it."""
        viewer = await self._page.session.look(fresh=True)
        if viewer is not None and self._keeps(viewer):
            self._paint(await self._page.console.database.read(self._read))

    async def _look(self) -> None:
        if self._is_over:
            return
        viewer = await self._page.session.look(fresh=True)
        if viewer is not None:
            self._keeps(viewer)

    def _keeps(self, viewer: Viewer) -> bool:
        if self._is_over:
            return False
        if not viewer.may_in(self._place.id, self._action):
            self._clear()
            return False
        return True

    def _clear(self) -> None:
        if self._is_over:
            return
        self._end()
        if not self.host.is_deleted:
            self.host.clear()
            with self.host:
                nothing_here(self._page.session.locale)

    def _end(self) -> None:
        self._is_over = True
