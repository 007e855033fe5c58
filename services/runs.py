"""What a person sees of runs: the access scope is part of every query, so hidden equals missing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import IS_ACTIVE, OperationRun
from models.columns import utc_now
from policy.access import Scope
from services.run_matching import visible
from services.run_snapshot import RunSnapshot, runs_query, snapshot_of
from services.run_ways import STATEMENTS_KEPT
from services.run_window import RunListSnapshot, RunWindow
from services.watched_runs import find_run, find_watched
from services.window_reading import find_window, find_windows
from services.window_statement import MOST_NEW_RUNS

__all__ = [
    "MOST_NEW_RUNS",
    "PAGE_SIZE",
    "RunListSnapshot",
    "RunPage",
    "RunSnapshot",
    "RunWindow",
    "count_active",
    "find_page",
    "find_run",
    "find_runs",
    "find_watched",
    "find_window",
    "find_windows",
    "is_visible",
    "newest_id",
]

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of runs, newest first unless asked otherwise, with the ids to continue from on
    either side. `looked_through` when it is short because no more runs than that were looked at.
    """

    now: datetime
    runs: tuple[RunSnapshot, ...]
    newest_known_id: int
    older_than: int | None
    newer_than: int | None
    looked_through: int | None = None


def is_visible(scope: Scope | None, run: RunSnapshot | None) -> bool:
    """Whether a person with `scope` sees `run` at all."""
    return (
        scope is not None
        and run is not None
        and run.workspace_id == scope.workspace_id
        and (scope.tenant_ids is None or run.tenant_id in scope.tenant_ids)
    )


def find_page(
    session: Session,
    scope: Scope,
    *,
    tenant_id: int | None = None,
    older_than: int | None = None,
    newer_than: int | None = None,
) -> RunPage:
    """A page of runs by keyset; `older_than` and `newer_than` are run ids, at most one given."""
    query = runs_query().where(visible(scope, tenant_id))
    if newer_than is not None:
        query = query.where(col(OperationRun.id) > newer_than).order_by(col(OperationRun.id))
    else:
        if older_than is not None:
            query = query.where(col(OperationRun.id) < older_than)
        query = query.order_by(col(OperationRun.id).desc())
    rows = session.execute(query.limit(PAGE_SIZE + 1)).all()
    has_more = len(rows) > PAGE_SIZE
    runs = tuple(snapshot_of(row) for row in rows[:PAGE_SIZE])
    now: datetime = session.execute(select(utc_now())).scalar_one()
    if newer_than is not None:
        runs = runs[::-1]
        if not has_more:  # the newest page: show it whole rather than cut
            return find_page(session, scope, tenant_id=tenant_id)
        return RunPage(now, runs, runs[0].id, runs[-1].id, runs[0].id)
    return RunPage(
        now,
        runs,
        newest_known_id=runs[0].id
        if runs and older_than is None
        else newest_id(session, scope, tenant_id),
        older_than=runs[-1].id if has_more else None,
        newer_than=runs[0].id if runs and older_than is not None else None,
    )


def find_runs(session: Session, run_ids: Collection[int]) -> tuple[RunSnapshot, ...]:
    """These runs, for whoever has been found to see them; in no order."""
    rows = session.execute(_OF_IDS, {"run_ids": list(run_ids)})
    return tuple(map(snapshot_of, rows))


def newest_id(session: Session, scope: Scope, tenant_id: int | None = None) -> int:
    """The newest run within `scope`, 0 when there is none."""
    return session.scalar(_newest(scope, tenant_id)) or 0


@lru_cache(STATEMENTS_KEPT)
def _newest(scope: Scope, tenant_id: int | None) -> Select[Any]:
    of_scope = select(col(OperationRun.id)).where(visible(scope, tenant_id))
    return of_scope.order_by(col(OperationRun.id).desc()).limit(1)


def count_active(session: Session) -> Mapping[str, int]:
    """How many runs are queued and running, read from the small index of active ones."""
    rows = session.execute(
        select(col(OperationRun.status), func.count())
        .where(IS_ACTIVE)
        .group_by(col(OperationRun.status))
    ).all()
    return dict(rows)


# Built once, as building it takes longer than answering it.
_OF_IDS = runs_query().where(col(OperationRun.id).in_(bindparam("run_ids", expanding=True)))
