"""What a run's page knows of earlier runs of its type: read once, and then hardly ever again."""

from policy.estimate import Estimate, TypicalDuration, estimate
from policy.status import UxStatus
from services.auth import Viewer
from services.run_history import HistoryKey
from services.runs import RunSnapshot
from services.snapshots import Watch
from ui.console import Console
from ui.page_session import PageSession

# A run more or less hardly moves what two hundred have taken.
_IS_GOOD_FOR = 900.0


class RunHistory:
    """The past of one run's type, as far as the person sees it; shared like all that is read.

    Nothing is read for a run that has ended.
    """

    def __init__(self, console: Console, session: PageSession, run: RunSnapshot) -> None:
        self._shared = console.histories
        self._session = session
        self._type = run.type
        self._workspace_id = run.workspace_id
        self._watch: Watch[HistoryKey, TypicalDuration | None] | None = None
        self._typical: TypicalDuration | None = None
        self._asked_for: Viewer | None = None
        self._is_known = False
        self._is_closed = False

    async def look_up(self, run: RunSnapshot) -> None:
        """Know what is typical of its type, as far as the person sees that now."""
        viewer, watch = self._session.viewer, self._watch
        if viewer is self._asked_for and watch is not None and watch.age < _IS_GOOD_FOR:
            return  # as at nearly every tick
        key = self._key() if run.ux_status.is_active else None
        if self._watch is None or self._watch.key != key:
            self._look_elsewhere(key)
        watch = self._watch
        if watch is not None and (not self._is_known or watch.age >= _IS_GOOD_FOR):
            self._typical = await watch.read(_IS_GOOD_FOR)
            self._is_known = True
        self._asked_for = viewer

    def estimate_of(self, run: RunSnapshot) -> Estimate | None:
        """What its past says of a run while it waits or runs, as of its read."""
        typical, status = self._typical, run.ux_status
        if typical is None or not status.is_active:
            return None
        begun_at = run.started_at if status is UxStatus.RUNNING else None
        return run.once(typical, lambda: estimate(typical, begun_at, run.now))

    def close(self) -> None:
        self._is_closed = True
        self._look_elsewhere(None)

    def _look_elsewhere(self, key: HistoryKey | None) -> None:
        if self._watch is not None:
            self._watch.close()
        self._watch, self._typical, self._is_known = None, None, False
        # A page may go while it looks: what is watched after that, nobody would leave again.
        if key is not None and not self._is_closed:
            self._watch = self._shared.watch(key)

    def _key(self) -> HistoryKey | None:
        scope = self._session.viewer.scope_in(self._workspace_id)
        return None if scope is None else HistoryKey(scope, self._type)
