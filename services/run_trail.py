"""What happened to a run, read in the statement that reads the run, and only what is new of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Label,
    Row,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    select,
)
from sqlmodel import col

from models import AuditEntry, OperationRun, User
from models.columns import json_rows, read_json, read_time

MOST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class RunEventEntry:
    """A line of a run's audit trail."""

    at: datetime | None
    action: str
    actor_name: str | None
    details: Any


@dataclass(frozen=True, slots=True)
class RunTrail:
    """The newest events of a run, oldest first, at most `MOST_EVENTS`; how many came earlier;
    and the id of the newest, 0 without any."""

    events: tuple[RunEventEntry, ...] = ()
    earlier: int = 0
    newest_id: int = 0


NO_TRAIL = RunTrail()


def trail_columns(
    newest_known: ColumnElement[int], *beside: FromClause
) -> tuple[Label[Any], Label[Any]]:
    """`new_events`, the newest after the event `newest_known`, and `new_events_count` of all; null
    when there are none. `beside` is where `newest_known` is from.

    While nothing happens this costs one look at the index, so a heartbeat reads no trail.
    """
    entry = AuditEntry
    is_new = and_(
        col(entry.object_type) == "operation_run",
        col(entry.object_id) == col(OperationRun.id),
        col(entry.id) > newest_known,
    )
    newest = (
        select(
            col(entry.id),
            col(entry.at),
            col(entry.action),
            col(User.name).label("actor_name"),
            # As text, because one entry that is no JSON would fail the whole array.
            cast(col(entry.details), Text).label("details"),
        )
        .outerjoin(User, col(User.id) == col(entry.actor_user_id))
        .where(is_new)
        .order_by(col(entry.id).desc())
        .limit(MOST_EVENTS)
        .correlate(OperationRun, *beside)
        .subquery()
    )
    rows: ColumnElement[Any] = json_rows(*newest.c)
    events = select(rows).select_from(newest)
    count = select(func.count()).select_from(entry).where(is_new).correlate(OperationRun, *beside)
    has_new = exists().where(is_new).correlate(OperationRun, *beside)
    return (
        case((has_new, events.scalar_subquery())).label("new_events"),
        case((has_new, count.scalar_subquery())).label("new_events_count"),
    )


def trail_of(row: Row[Any], after: RunTrail) -> RunTrail:
    """`after` and what `row` brought, read with `after.newest_id` as the newest known."""
    if not row.new_events:
        return after
    new = sorted(row.new_events, key=lambda values: values[0])
    events = (*after.events, *(_event(*values[1:]) for values in new))[-MOST_EVENTS:]
    total = after.earlier + len(after.events) + row.new_events_count
    return RunTrail(events, total - len(events), new[-1][0])


def _event(at: Any, action: Any, actor_name: Any, details: Any) -> RunEventEntry:
    return RunEventEntry(read_time(at), str(action), actor_name, read_json(details))
