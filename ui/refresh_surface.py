"""The live surface that shows what refreshing costs; all it reads is in memory."""

from collections.abc import Callable
from datetime import datetime

from policy import refresh_polling
from policy.access import Action
from policy.decision import Decision, Guards, Reason
from services.refresh_history.history import History, RefreshSnapshot
from ui.components.refresh_badge import RefreshBadge
from ui.components.stale_notice import StaleNotice
from ui.live import BadgeState
from ui.page_session import PageSession
from ui.surfaces import show_badge


class RefreshSurface:
    """The page of this process, for whoever may audit the workspace that it was opened in."""

    name = "refresh"
    ends_for_good = False

    def __init__(
        self,
        session: PageSession,
        workspace_id: int,
        history: History,
        badge: RefreshBadge,
        notice: StaleNotice,
        paint: Callable[[RefreshSnapshot], None],
        clear: Callable[[], None],
    ) -> None:
        self._session = session
        self._workspace_id = workspace_id
        self._history = history
        self._badge = badge
        self._notice = notice
        self._paint = paint
        self._clear = clear

    async def may_look(self, *, fresh: bool) -> bool:
        viewer = await self._session.look(fresh=fresh)
        return viewer is not None and viewer.may_in(self._workspace_id, Action.AUDIT)

    async def read(self, max_age: float, *, fresh: bool) -> RefreshSnapshot:
        return self._history.snapshot()

    def decide(self, snapshot: RefreshSnapshot | None, guards: Guards, now: datetime) -> Decision:
        return refresh_polling.decide(guards)

    def version(self, snapshot: RefreshSnapshot) -> None:
        return None  # it has none: one measurement follows the other

    def is_older(self, new: RefreshSnapshot, shown: RefreshSnapshot) -> bool:
        return new.number < shown.number

    def turned(self, snapshot: RefreshSnapshot) -> None:
        return None

    def look(self, snapshot: RefreshSnapshot) -> int:
        return snapshot.number

    def paint(self, snapshot: RefreshSnapshot) -> None:
        self._paint(snapshot)

    def clear(self, reason: Reason) -> None:
        self._clear()

    def show_badge(self, state: BadgeState, snapshot: RefreshSnapshot | None) -> None:
        show_badge(self._badge, self._notice, state, self._session.locale, "", None)

    def close(self) -> None:
        pass
