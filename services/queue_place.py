"""Where a queued run stands, in columns that cost nothing for any other run."""

from typing import Any

from sqlalchemy import ColumnElement, Label, and_, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models import OperationRun, Runner, RunStatus, Worker, is_active_as
from models.columns import UtcDateTime, utc_now
from services.run_statements import HAS_ROOM

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
    # The head of the queue in the order of its small index, and how many of it are before this
    # run: bounded however long the queue is, and whatever a planner believes about its length.
    queued = aliased(OperationRun, name="queued")
    head = (
        select(col(queued.priority).label("priority"), col(queued.id).label("id"))
        .where(
            is_active_as("queued"),
            col(queued.status) == RunStatus.QUEUED,
            col(queued.runner) == Runner.WORKER,
            _is_due(queued),
        )
        .order_by(col(queued.priority).desc(), col(queued.id))
        .limit(MOST_AHEAD + 1)
        .subquery("head")
    )
    priority, run_id = col(OperationRun.priority), col(OperationRun.id)
    is_before = or_(
        head.c.priority > priority, and_(head.c.priority == priority, head.c.id < run_id)
    )
    ahead = select(func.count()).select_from(head).where(is_before).correlate(OperationRun)
    return ahead.scalar_subquery()


def _is_due(run: Any) -> ColumnElement[bool]:
    return or_(col(run.available_at).is_(None), col(run.available_at) <= utc_now())
