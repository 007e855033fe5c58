"""The live surface that shows how a workspace is doing."""

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime

from policy import overview_polling
from policy.access import Scope
from policy.decision import Decision, Guards
from services.overview.reading import OverviewSnapshot, WeekSnapshot
from ui.console import Console
from ui.live import BadgeState
from ui.page_session import PageSession
from ui.shared_surface import SharedSurface
from ui.stage import Stage

# The week costs several times what the day does, and changes little in five minutes.
_WEEK_IS_GOOD_FOR = 300.0


class OverviewWatch:
    """One viewer's place at the reads of a scope, the day's and the week's."""

    def __init__(self, console: Console, scope: Scope) -> None:
        self.scope = scope
        self.hear: Callable[[object], None] = lambda news: None
        self._day = console.overviews.watch(scope, lambda news: self.hear(news))
        self._week_watch = console.weeks.watch(scope)
        self._week: WeekSnapshot | None = None

    async def read(self, max_age: float, *, fresh: bool = False) -> OverviewSnapshot:
        """The day at most `max_age` seconds old, with a week of at most five minutes."""
        overview = await self._day.read(max_age, fresh=fresh)
        if self._week is None or self._week_watch.age >= _WEEK_IS_GOOD_FOR:
            self._week = await self._week_watch.read(_WEEK_IS_GOOD_FOR)
        week = self._week
        return overview.once(("week", week.now), lambda: replace(overview, week=week))

    @property
    def age(self) -> float:
        return self._day.age

    def keep_pace(self, pace: float | None) -> None:
        self._day.keep_pace(pace)

    def close(self) -> None:
        self._day.close()
        self._week_watch.close()


class OverviewSurface(SharedSurface[OverviewSnapshot]):
    """The page of a workspace, or of the tenants of it that a person sees."""

    name = "overview"
    ends_for_good = False
    _watch: OverviewWatch

    def __init__(
        self,
        session: PageSession,
        watch: OverviewWatch,
        stage: Stage,
        paint: Callable[[OverviewSnapshot], None],
        clear: Callable[[], None],
    ) -> None:
        super().__init__(session, stage, paint, clear)
        self._watch = watch
        watch.hear = self._heard

    async def may_look(self, max_age: float, *, fresh: bool) -> bool:
        viewer = await self._session.look(max_age, fresh=fresh)
        if viewer is None:
            return False
        shown = self._watch.scope
        now = viewer.scope_in(shown.workspace_id)
        if now is None or now.tenant_ids is None:
            return now is not None
        return shown.tenant_ids is not None and shown.tenant_ids <= now.tenant_ids

    async def read(self, max_age: float, *, fresh: bool) -> OverviewSnapshot:
        return await self._watch.read(max_age, fresh=fresh)

    def decide(self, snapshot: OverviewSnapshot | None, guards: Guards, now: datetime) -> Decision:
        any_active = snapshot is not None and not snapshot.activity.is_idle
        return overview_polling.decide(any_active, guards)

    def version(self, snapshot: OverviewSnapshot) -> None:
        return None  # it has none; all that is shown is in `look`

    def is_older(self, new: OverviewSnapshot, shown: OverviewSnapshot) -> bool:
        return False  # it has no version, and the database's clock can be set back

    def turned(self, snapshot: OverviewSnapshot) -> None:
        return None

    def look(self, snapshot: OverviewSnapshot) -> Hashable:
        # Not when it was read: what runs and waits is aged by the browser.
        facts = (snapshot.activity, snapshot.day, snapshot.failures, snapshot.week)
        return facts, self._session.viewer.grants

    def show_badge(self, state: BadgeState, snapshot: OverviewSnapshot | None) -> None:
        self._stage.show(state, "", None)
