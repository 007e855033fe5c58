"""Where queued runs stand, in columns that cost nothing for any other run."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Label, Text, and_, case, cast, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from models import OperationRun, Runner, RunStatus, Worker, is_active_as
from models.columns import UtcDateTime, json_rows, utc_now
from services.run_statements import HAS_ROOM

# Counted no further: behind a thousand others nobody asks for the exact number.
MOST_AHEAD = 1000


def place_columns() -> tuple[Label[Any], ...]:
    """Three columns that are null unless the run is queued.

    `queue_head` is for `positions`, null unless the run is in line; `has_room` is false while its
    concurrency limit keeps it back; `worker_seen_at` is when any worker was.
    """
    is_queued = col(OperationRun.status) == RunStatus.QUEUED
    is_in_line = and_(is_queued, col(OperationRun.runner) == Runner.WORKER, _is_due(OperationRun))
    # Asked only of a run that has a limit: the answer looks through all that are at work.
    has_room = case((col(OperationRun.concurrency_limit).is_(None), true()), else_=HAS_ROOM)
    seen_at = select(func.max(col(Worker.seen_at), type_=UtcDateTime())).scalar_subquery()
    return (
        case((is_in_line, _head())).label("queue_head"),
        case((is_in_line, has_room)).label("has_room"),
        case((is_queued, seen_at)).label("worker_seen_at"),
    )


def positions(heads: Mapping[int, str | None]) -> Mapping[int, int]:
    """The place of each run that is in line, by the `queue_head` that one statement brought for
    each: 1 for the run that is next, and at most two above `MOST_AHEAD`.
    """
    in_line = {run_id: head for run_id, head in heads.items() if head is not None}
    if not in_line:
        return {}
    # The same for all of them, because the database has found it once.
    head = json.loads(next(iter(in_line.values())) or "[]")
    places = {run_id: place for place, (run_id,) in enumerate(head, 1)}
    return {run_id: places.get(run_id, MOST_AHEAD + 2) for run_id in in_line}


def _head() -> ColumnElement[Any]:
    # Its first runs in the order of its small index: bounded however long the queue is, and
    # whatever a planner believes about its length.
    queued = aliased(OperationRun, name="queued")
    head = (
        select(col(queued.id))
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
    return select(cast(json_rows(head.c.id), Text)).select_from(head).scalar_subquery()


def _is_due(run: Any) -> ColumnElement[bool]:
    return or_(col(run.available_at).is_(None), col(run.available_at) <= utc_now())
