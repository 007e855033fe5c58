"""The live surface that shows what refreshing costs; all it reads is in memory."""

from collections.abc import Callable
from datetime import datetime

from policy import refresh_polling
from policy.access import Action
from policy.decision import Decision, Guards
from services.refresh_history.history import History, RefreshSnapshot
from ui.live import BadgeState, Clock
from ui.page_session import PageSession
from ui.shared_surface import SharedSurface
from ui.stage import Stage


class HistoryWatch:
    """One viewer's place at the history of this process, which is measured with or without any."""

    def __init__(self, history: History, clock: Clock) -> None:
        self._history = history
        self._clock = clock

    def read(self) -> RefreshSnapshot:
        return self._history.snapshot()

    @property
    def age(self) -> float:
        return self._clock() - self._history.measured_when

    def keep_pace(self, pace: float | None) -> None:
        pass

    def close(self) -> None:
        pass


class RefreshSurface(SharedSurface[RefreshSnapshot]):
    """The page of this process, for whoever may audit the workspace that it was opened in."""

    name = "refresh"
    ends_for_good = False
    _watch: HistoryWatch

    def __init__(
        self,
        session: PageSession,
        workspace_id: int,
        watch: HistoryWatch,
        stage: Stage,
        paint: Callable[[RefreshSnapshot], None],
        clear: Callable[[], None],
    ) -> None:
        super().__init__(session, stage, paint, clear)
        self._workspace_id = workspace_id
        self._watch = watch

    async def may_look(self, max_age: float, *, fresh: bool) -> bool:
        viewer = await self._session.look(max_age, fresh=fresh)
        return viewer is not None and viewer.may_in(self._workspace_id, Action.AUDIT)

    async def read(self, max_age: float, *, fresh: bool) -> RefreshSnapshot:
        return self._watch.read()

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

    def show_badge(self, state: BadgeState, snapshot: RefreshSnapshot | None) -> None:
        self._stage.show(state, "", None)
