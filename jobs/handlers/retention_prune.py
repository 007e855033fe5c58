"""`retention.prune`: removes what is older than the workspace keeps, in small batches."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.context import RunContext
from models.columns import from_now
from services import audit
from services.database import wait_for_turn
from services.pruning.batch import Pruned
from services.pruning.runs import count_old_runs, find_old_runs, remove_runs
from services.pruning.trail import count_old_entries, find_old_entries, remove_entries
from services.retention import Retention, RetentionError, find_retention
from stillwatch.operations import OperationFailed

_BATCH = 500
_LONGEST_REST = 0.25  # seconds between two batches

_Count = Callable[[Session, int, datetime], int]
_Find = Callable[[Session, int, datetime, int, int], Sequence[int]]
_Remove = Callable[[Session, int, datetime, Sequence[int]], Pruned]
_Way = tuple[str, datetime, _Count, _Find, _Remove]


def prune(context: RunContext) -> None:
    """Remove old runs, then old audit entries; what is cited counts as skipped.

    Bears being repeated and being stopped anywhere: what is gone is gone, the rest is still old.
    """
    ways = _ways(context)
    with context.database.reading() as session:
        workspace_id = context.run.workspace_id
        context.expect(sum(old(session, workspace_id, limit) for _, limit, old, *_ in ways))
    context.checkpoint()
    for way in ways:
        _Pruning(context, way).do()


def _ways(context: RunContext) -> list[_Way]:
    with context.database.reading() as session:
        try:
            kept = find_retention(session, context.run.workspace_id)
        except RetentionError as error:
            message = f"What this workspace is to keep cannot be read. {error}"
            raise OperationFailed("bad_retention", message) from error
        return _ways_of(session, kept)


def _ways_of(session: Session, kept: Retention) -> list[_Way]:
    ways: list[_Way] = []
    if kept.runs_days is not None:
        limit = _days_ago(session, kept.runs_days)
        ways.append(("runs", limit, count_old_runs, find_old_runs, remove_runs))
    if kept.audit_days is not None:
        limit = _days_ago(session, kept.audit_days)
        ways.append(("audit", limit, count_old_entries, find_old_entries, remove_entries))
    return ways


def _days_ago(session: Session, days: int) -> datetime:
    limit: datetime = session.execute(select(from_now(timedelta(days=-days)))).scalar_one()
    return limit


class _Pruning:
    """One kind of thing on its way out."""

    def __init__(self, context: RunContext, way: _Way) -> None:
        self._context = context
        self._what, self._limit, _, self._find, self._remove = way
        self._removed = 0

    def do(self) -> None:
        after = 0
        try:
            while ids := self._next(after):
                began = time.monotonic()
                pruned = self._remove_batch(ids)
                self._context.count(succeeded=pruned.removed, skipped=pruned.kept)
                after = ids[-1]
                # As long as it took: whoever else writes gets as much of the time.
                time.sleep(min(time.monotonic() - began, _LONGEST_REST))
        finally:
            self._record_end()

    def _next(self, after: int) -> Sequence[int]:
        with self._context.database.reading() as session:
            return self._find(session, self._context.run.workspace_id, self._limit, after, _BATCH)

    def _remove_batch(self, ids: Sequence[int]) -> Pruned:
        workspace_id = self._context.run.workspace_id
        with self._context.database.writing() as session:
            # A pack that is asked for just now is seen here, or finds gone what is gone.
            wait_for_turn(session, f"packs:{workspace_id}")
            pruned = self._remove(session, workspace_id, self._limit, ids)
            if pruned.removed and not self._removed:
                # With the first of them: a process that is killed leaves no end, but this.
                self._record(session, "retention.began")
            self._removed += pruned.removed
        return pruned

    def _record_end(self) -> None:
        if self._removed:
            with self._context.database.writing() as session:
                self._record(session, "retention.pruned", removed=self._removed)

    def _record(self, session: Session, action: str, **details: object) -> None:
        run = self._context.run
        audit.record(
            session,
            action,
            "workspace",
            run.workspace_id,
            workspace_id=run.workspace_id,
            actor_user_id=run.initiated_by_user_id,
            details={
                "what": self._what,
                "older_than": self._limit.isoformat(),
                "run": run.id,
                **details,
            },
        )
