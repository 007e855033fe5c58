"""The live surfaces that show runs: one run, and a list of them."""

from collections.abc import Callable, Hashable
from datetime import datetime

from policy import run_detail_polling, run_list_polling
from policy.access import Scope
from policy.decision import Decision, Guards
from services.auth import Viewer
from services.runs import RunListSnapshot, RunSnapshot, RunWindow, is_visible
from services.snapshots import Watch
from ui.bulk_reading import BulkReading
from ui.console import Console
from ui.live import BadgeState, Version
from ui.page_session import PageSession
from ui.run_history import RunHistory
from ui.shared_surface import SharedSurface
from ui.stage import Stage


class RunDetailSurface(SharedSurface[RunSnapshot]):
    """The page of one run."""

    name = "run_detail"
    ends_for_good = True
    _watch: Watch[int, RunSnapshot | None]

    def __init__(
        self,
        console: Console,
        session: PageSession,
        run: RunSnapshot,
        history: RunHistory,
        bulk: BulkReading,
        stage: Stage,
        paint: Callable[[RunSnapshot], None],
        clear: Callable[[], None],
    ) -> None:
        super().__init__(session, stage, paint, clear)
        self._watch = console.runs.watch(run.id, self._heard)
        self._history = history
        self._bulk = bulk
        self._belongs = run
        self._place = _place(run)

    async def may_look(self, max_age: float, *, fresh: bool) -> bool:
        viewer = await self._session.look(max_age, fresh=fresh)
        return viewer is not None and self._is_seen(self._belongs)

    async def read(self, max_age: float, *, fresh: bool) -> RunSnapshot | None:
        run = await self._watch.read(max_age, fresh=fresh)
        # The read is shared, the right to see it is not: of one that was moved ask anew.
        if run is None or (_place(run) != self._place and not self._is_seen(run)):
            return None
        await self._history.look_up(run)
        return await self._bulk.beside(run)

    def decide(self, snapshot: RunSnapshot | None, guards: Guards, now: datetime) -> Decision:
        facts = None if snapshot is None else snapshot.facts
        return run_detail_polling.decide(facts, guards, now)

    def version(self, snapshot: RunSnapshot) -> Version:
        return (snapshot.version,)

    def is_older(self, new: RunSnapshot, shown: RunSnapshot) -> bool:
        return new.version < shown.version

    def turned(self, snapshot: RunSnapshot) -> None:
        return None

    def look(self, snapshot: RunSnapshot) -> Hashable:
        # The rights too: what a person may not do any more is not offered any more. And what
        # only time changes: a run that waits or is silent gets other words, but no other version.
        return snapshot.look, self._history.estimate_of(snapshot), self._session.viewer.grants

    def show_badge(self, state: BadgeState, snapshot: RunSnapshot | None) -> None:
        finished_at = None if snapshot is None else snapshot.completed_at
        version = "" if snapshot is None else str(snapshot.version)
        self._stage.show(state, version, finished_at)

    def close(self) -> None:
        super().close()
        self._history.close()

    def _is_seen(self, run: RunSnapshot) -> bool:
        return is_visible(scope_for(self._session.viewer, run), run)


class RunListSurface(SharedSurface[RunListSnapshot]):
    """A page of a list of runs: the rows stay where they are, newer ones are only announced."""

    name = "run_list"
    ends_for_good = False
    _watch: Watch[RunWindow, RunListSnapshot]

    def __init__(
        self,
        console: Console,
        session: PageSession,
        window: RunWindow,
        stage: Stage,
        paint: Callable[[RunListSnapshot], None],
        clear: Callable[[], None],
    ) -> None:
        super().__init__(session, stage, paint, clear)
        self._watch = console.windows.watch(window, self._heard)
        self._window = window

    async def may_look(self, max_age: float, *, fresh: bool) -> bool:
        viewer = await self._session.look(max_age, fresh=fresh)
        if viewer is None:
            return False
        now = viewer.scope_in(self._window.scope.workspace_id)
        if now is None or now.tenant_ids is None:
            return now is not None
        needed = self._window.scope.tenant_ids
        if self._window.tenant_id is not None:
            needed = frozenset({self._window.tenant_id})
        return needed is not None and needed <= now.tenant_ids

    async def read(self, max_age: float, *, fresh: bool) -> RunListSnapshot:
        return await self._watch.read(max_age, fresh=fresh)

    def decide(self, snapshot: RunListSnapshot | None, guards: Guards, now: datetime) -> Decision:
        runs = () if snapshot is None else snapshot.runs
        return run_list_polling.decide((run.ux_status for run in runs), guards)

    def version(self, snapshot: RunListSnapshot) -> None:
        return None  # a list has no version of its own; its rows carry theirs in `look`

    def is_older(self, new: RunListSnapshot, shown: RunListSnapshot) -> bool:
        return False

    def turned(self, snapshot: RunListSnapshot) -> None:
        return None

    def look(self, snapshot: RunListSnapshot) -> Hashable:
        # The rights too: what a person may not do any more is not offered any more.
        return snapshot.look, self._session.viewer.grants

    def show_badge(self, state: BadgeState, snapshot: RunListSnapshot | None) -> None:
        self._stage.show(state, "", None)


def _place(run: RunSnapshot) -> tuple[int, int | None]:
    return run.workspace_id, run.tenant_id


def scope_for(viewer: Viewer, run: RunSnapshot) -> Scope | None:
    """What the viewer sees of the run's workspace, whichever one is chosen on the screen."""
    return viewer.scope_in(run.workspace_id)
