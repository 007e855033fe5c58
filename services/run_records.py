"""Runs as programs read them: one by id, or a page of those that match."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import IS_ACTIVE, OperationRun, RunStatus, Tenant

PAGE_SIZE = 50
# How many runs one request looks through: a rare type must not read a table of millions.
LOOKED_THROUGH = 5_000


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What is persisted of a run. Times are aware UTC."""

    id: int
    workspace_id: int
    tenant: str | None
    type: str
    runner: str
    active_key: str | None
    status: str
    outcome: str | None
    context: Any
    counts: Any
    failures: Any
    version: int
    attempt: int
    retry_of_id: int | None
    created_at: datetime | None
    started_at: datetime | None
    heartbeat_at: datetime | None
    cancel_requested_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Which runs of a workspace are asked for; None is any."""

    workspace_id: int
    status: str | None = None
    type: str | None = None
    tenant_id: int | None = None
    older_than: int | None = None
    page_size: int = PAGE_SIZE


@dataclass(frozen=True, slots=True)
class RunRecords:
    """Matching runs, newest first. A page may be short; the last one has no `older_than`."""

    runs: tuple[RunRecord, ...]
    older_than: int | None


def find_record(session: Session, workspace_id: int, run_id: int) -> RunRecord | None:
    """A run of the workspace; one of another is none."""
    row = session.execute(
        _records().where(
            col(OperationRun.id) == run_id, col(OperationRun.workspace_id) == workspace_id
        )
    ).one_or_none()
    return None if row is None else _record(row)


def find_records(session: Session, query: RunQuery) -> RunRecords:
    """A page of matching runs by keyset, at a cost that does not grow with the table."""
    window = _window(query).subquery()
    oldest, newest, looked_through = session.execute(
        select(func.min(window.c.id), func.max(window.c.id), func.count()).select_from(window)
    ).one()
    matching = _records().where(
        col(OperationRun.workspace_id) == query.workspace_id,
        col(OperationRun.id).between(oldest, newest),
    )
    if query.status is not None:
        matching = matching.where(col(OperationRun.status) == query.status)
    if query.type is not None:
        matching = matching.where(col(OperationRun.type) == query.type)
    if query.tenant_id is not None:
        matching = matching.where(col(OperationRun.tenant_id) == query.tenant_id)
    rows = session.execute(
        matching.order_by(col(OperationRun.id).desc()).limit(query.page_size + 1)
    ).all()
    runs = tuple(_record(row) for row in rows[: query.page_size])
    if len(rows) > query.page_size:
        return RunRecords(runs, runs[-1].id)
    return RunRecords(runs, oldest if looked_through == LOOKED_THROUGH else None)


def _window(query: RunQuery) -> Select[int | None]:
    """The ids to look through, from the index that serves the question best."""
    window = select(col(OperationRun.id)).where(
        col(OperationRun.workspace_id) == query.workspace_id
    )
    if query.tenant_id is not None:
        window = window.where(col(OperationRun.tenant_id) == query.tenant_id)
    if query.status in (RunStatus.QUEUED, RunStatus.RUNNING):
        window = window.where(IS_ACTIVE, col(OperationRun.status) == query.status)
    if query.older_than is not None:
        window = window.where(col(OperationRun.id) < query.older_than)
    return window.order_by(col(OperationRun.id).desc()).limit(LOOKED_THROUGH)


def _records() -> Select[Any]:
    return (
        select(
            col(OperationRun.id),
            col(OperationRun.workspace_id),
            col(Tenant.slug).label("tenant"),
            col(OperationRun.type),
            col(OperationRun.runner),
            col(OperationRun.active_key),
            col(OperationRun.status),
            col(OperationRun.outcome),
            col(OperationRun.context),
            col(OperationRun.summary_counts).label("counts"),
            col(OperationRun.failure_summary).label("failures"),
            col(OperationRun.version),
            col(OperationRun.attempt),
            col(OperationRun.retry_of_id),
            col(OperationRun.created_at),
            col(OperationRun.started_at),
            col(OperationRun.heartbeat_at),
            col(OperationRun.cancel_requested_at),
            col(OperationRun.completed_at),
        )
        .select_from(OperationRun)
        .outerjoin(Tenant, col(Tenant.id) == col(OperationRun.tenant_id))
    )


def _record(row: Row[Any]) -> RunRecord:
    return RunRecord(**row._mapping)
