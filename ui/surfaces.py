"""The live surfaces that show runs: one run, and a list of them."""

from collections.abc import Callable, Hashable
from datetime import datetime

from policy import run_detail_polling, run_list_polling
from policy.access import Scope, visible_scope
from policy.decision import Decision, Guards, Reason
from services.auth import Viewer
from services.runs import RunListSnapshot, RunSnapshot, RunWindow, is_visible
from ui.bulk_reading import BulkReading
from ui.components.refresh_badge import RefreshBadge
from ui.components.stale_notice import StaleNotice
from ui.console import Console
from ui.live import BadgeState, Version
from ui.page_session import PageSession
from ui.presenters.badge import badge
from ui.presenters.locale import Locale
from ui.run_history import RunHistory


class RunDetailSurface:
    """The page of one run."""

    name = "run_detail"
    ends_for_good = True

    def __init__(
        self,
        console: Console,
        session: PageSession,
        run: RunSnapshot,
        history: RunHistory,
        bulk: BulkReading,
        badge: RefreshBadge,
        notice: StaleNotice,
        paint: Callable[[RunSnapshot], None],
        clear: Callable[[], None],
    ) -> None:
        self._session = session
        self._watch = console.runs.watch(run.id)
        self._history = history
        self._bulk = bulk
        self._belongs = run
        self._badge = badge
        self._notice = notice
        self._paint = paint
        self._clear = clear

    async def may_look(self, *, fresh: bool) -> bool:
        viewer = await self._session.look(fresh=fresh)
        return viewer is not None and is_visible(scope_for(viewer, self._belongs), self._belongs)

    async def read(self, max_age: float, *, fresh: bool) -> RunSnapshot | None:
        run = await self._watch.read(max_age, fresh=fresh)
        # The read is shared, the right to see it is not.
        if run is None or not is_visible(scope_for(self._session.viewer, run), run):
            return None
        return await self._bulk.beside(await self._history.beside(run))

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
        trail, grants = snapshot.trail.newest_id, self._session.viewer.grants
        return snapshot.ux_status, snapshot.liveness, snapshot.estimate, trail, grants

    def paint(self, snapshot: RunSnapshot) -> None:
        self._paint(snapshot)

    def clear(self, reason: Reason) -> None:
        self._clear()

    def show_badge(self, state: BadgeState, snapshot: RunSnapshot | None) -> None:
        finished_at = None if snapshot is None else snapshot.completed_at
        version = "" if snapshot is None else str(snapshot.version)
        show_badge(self._badge, self._notice, state, self._session.locale, version, finished_at)

    def close(self) -> None:
        self._watch.close()
        self._history.close()


class RunListSurface:
    """A page of a list of runs: the rows stay where they are, newer ones are only announced."""

    name = "run_list"
    ends_for_good = False

    def __init__(
        self,
        console: Console,
        session: PageSession,
        window: RunWindow,
        badge: RefreshBadge,
        notice: StaleNotice,
        paint: Callable[[RunListSnapshot], None],
        clear: Callable[[], None],
    ) -> None:
        self._session = session
        self._watch = console.windows.watch(window)
        self._window = window
        self._badge = badge
        self._notice = notice
        self._paint = paint
        self._clear = clear

    async def may_look(self, *, fresh: bool) -> bool:
        viewer = await self._session.look(fresh=fresh)
        if viewer is None:
            return False
        now = visible_scope(viewer.grants, self._window.scope.workspace_id)
        if now is None or now.tenant_ids is None:
            return now is not None
        needed = self._window.scope.tenant_ids
        if self._window.tenant_id is not None:
            needed = frozenset({self._window.tenant_id})
        return needed is not None and needed <= now.tenant_ids

    async def read(self, max_age: float, *, fresh: bool) -> RunListSnapshot | None:
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
        rows = tuple((run.id, run.version, run.ux_status) for run in snapshot.runs)
        return rows, snapshot.new_runs, snapshot.may_be_more

    def paint(self, snapshot: RunListSnapshot) -> None:
        self._paint(snapshot)

    def clear(self, reason: Reason) -> None:
        self._clear()

    def show_badge(self, state: BadgeState, snapshot: RunListSnapshot | None) -> None:
        show_badge(self._badge, self._notice, state, self._session.locale, "", None)

    def close(self) -> None:
        self._watch.close()


def scope_for(viewer: Viewer, run: RunSnapshot) -> Scope | None:
    """What the viewer sees of the run's workspace, whichever one is chosen on the screen."""
    return visible_scope(viewer.grants, run.workspace_id)


def show_badge(
    element: RefreshBadge,
    notice: StaleNotice,
    state: BadgeState,
    locale: Locale,
    version: str,
    finished_at: datetime | None,
) -> None:
    """Put what the driver really does on the screen."""
    element.state(
        badge(
            state.reason,
            state.armed,
            finished_at=finished_at,
            stale_since=state.stale_since,
            locale=locale,
        ),
        version,
    )
    notice.state(state.stale_since, locale)
