"""Where a queued run stands, in columns that cost nothing for any other run."""

from typing import Any

from sqlalchemy import ColumnElement, Label, Select, case, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from models import OperationRun, Runner, RunStatus, Worker, is_active_as
from models.columns import UtcDateTime, utc_now
from services.operation_run_service import HAS_ROOM

# Counted no further: behind a thousand others nobody asks for the exact number.
MOST_AHEAD = 1000


def place_columns() -> tuple[Label[Any], ...]:
    """Three columns that are null unless the run is queued.

    `queue_position` is 1 for the run that is next, and at most two above `MOST_AHEAD`; `has_room`
    is false while its concurrency limit keeps it back; `worker_seen_at` is when any worker was.
    """
    is_queued = col(OperationRun.status) == RunStatus.QUEUED
    is_in_line = is_queued & (col(OperationRun.runner) == Runner.WORKER) & _is_due(OperationRun)
    seen_at = select(func.max(col(Worker.seen_at), type_=UtcDateTime())).scalar_subquery()
    return (
        case((is_in_line, _ahead() + 1)).label("queue_position"),
        case((is_in_line, HAS_ROOM)).label("has_room"),
        case((is_queued, seen_at)).label("worker_seen_at"),
    )


def _ahead() -> ColumnElement[int]:
    # Two ranges of the small index of active runs, rather than one condition that is no range
    # and would walk the whole queue for the run at its head.
    ahead = union_all(
        _waiting("urgent", lambda other: col(other.priority) > col(OperationRun.priority)),
        _waiting(
            "older",
            lambda other: (
                (col(other.priority) == col(OperationRun.priority))
                & (col(other.id) < col(OperationRun.id))
            ),
        ),
    )
    counted = ahead.limit(MOST_AHEAD + 1).subquery()
    return select(func.count()).select_from(counted).scalar_subquery()


def _waiting(alias: str, is_ahead: Any) -> Select[Any]:
    other = aliased(OperationRun, name=alias)
    return (
        select(literal(1))
        .where(
            is_active_as(alias),
            col(other.status) == RunStatus.QUEUED,
            col(other.runner) == Runner.WORKER,
            _is_due(other),
            is_ahead(other),
        )
        .correlate(OperationRun)
    )


def _is_due(run: Any) -> ColumnElement[bool]:
    return or_(col(run.available_at).is_(None), col(run.available_at) <= utc_now())
