"""What runs now, what waits, and for how long."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Label, Select, case, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import IS_ACTIVE, OperationRun, Runner, RunStatus, Tenant, Worker
from models.columns import UtcDateTime, utc_now
from policy.access import Scope
from policy.liveness import LifeFacts, Sign, liveness
from services.overview.window import of_tenants, type_of_run

# Counted no further: beyond it only "more than" is said.
MOST_ACTIVE = 10_000
MOST_LONGEST = 5


@dataclass(frozen=True, slots=True)
class RunningRun:
    """A run at work, and since when."""

    id: int
    type: str
    tenant_name: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Activity:
    """Runs at work with those that have been for longest, and the queue.

    `queued` are due and wait since `oldest_since` at the longest; `put_off` are not due yet.
    Both numbers end at `MOST_ACTIVE`. `is_abandoned`: runs wait for a worker, and none is there.
    """

    running: int = 0
    longest: tuple[RunningRun, ...] = ()
    queued: int = 0
    oldest_since: datetime | None = None
    put_off: int = 0
    is_abandoned: bool = False

    @property
    def is_idle(self) -> bool:
        return not (self.running or self.queued or self.put_off)


def find_activity(session: Session, scope: Scope, now: datetime) -> Activity:
    """The active runs that `scope` shows, from the small index of active ones."""
    longest = session.execute(_longest(scope)).all()
    queue = session.execute(_queue(scope)).one()
    return Activity(
        running=longest[0].running if longest else 0,
        longest=tuple(RunningRun(r.id, r.type, r.tenant_name, r.since) for r in longest),
        queued=queue.due or 0,
        oldest_since=queue.oldest_since,
        put_off=queue.put_off or 0,
        is_abandoned=bool(queue.for_workers) and _no_worker(queue.worker_seen_at, now),
    )


def _longest(scope: Scope) -> Select[Any]:
    run = _active(
        scope,
        RunStatus.RUNNING,
        col(OperationRun.id),
        type_of_run.label("type"),
        col(OperationRun.tenant_id),
        func.coalesce(
            col(OperationRun.started_at), col(OperationRun.created_at), type_=UtcDateTime()
        ).label("since"),
    ).subquery()
    tenant_name: Label[str] = col(Tenant.name).label("tenant_name")
    return (
        select(run.c.id, run.c.type, tenant_name, run.c.since, func.count().over().label("running"))
        .select_from(run)
        .outerjoin(Tenant, col(Tenant.id) == run.c.tenant_id)
        .order_by(run.c.since, run.c.id)
        .limit(MOST_LONGEST)
    )


def _queue(scope: Scope) -> Select[Any]:
    due_at = func.coalesce(
        col(OperationRun.available_at), col(OperationRun.created_at), type_=UtcDateTime()
    )
    run = _active(
        scope,
        RunStatus.QUEUED,
        col(OperationRun.runner),
        due_at.label("due_at"),
        or_(
            col(OperationRun.available_at).is_(None), col(OperationRun.available_at) <= utc_now()
        ).label("is_due"),
    ).subquery()
    for_worker = run.c.is_due & (run.c.runner == Runner.WORKER)
    seen_at = select(func.max(col(Worker.seen_at), type_=UtcDateTime())).scalar_subquery()
    columns: tuple[Any, ...] = (
        func.count(case((run.c.is_due, 1))).label("due"),
        func.count(case((~run.c.is_due, 1))).label("put_off"),
        func.count(case((for_worker, 1))).label("for_workers"),
        func.min(case((run.c.is_due, run.c.due_at)), type_=UtcDateTime()).label("oldest_since"),
        seen_at.label("worker_seen_at"),
    )
    return select(*columns)


def _active(scope: Scope, status: RunStatus, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .where(
            IS_ACTIVE,
            col(OperationRun.status) == status,
            # A sum keeps SQLite, which takes all indexes for equally good, from a far larger one.
            col(OperationRun.workspace_id) + 0 == scope.workspace_id,
            of_tenants(scope),
        )
        .limit(MOST_ACTIVE)
    )


def _no_worker(seen_at: datetime | None, now: datetime) -> bool:
    waiting = LifeFacts(RunStatus.QUEUED, None, Runner.WORKER, worker_seen_at=seen_at)
    return liveness(waiting, now).sign is Sign.NO_WORKER
