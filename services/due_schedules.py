"""Starting what is due by the clock: each occurrence once, from any number of processes at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from models.columns import utc_now
from policy.schedule import Due, ScheduleError, latest_due
from services import audit, schedules
from services.operation_run_service import OperationRunService
from services.operations import NeedsCorrectionError, OperationOffer, run_request
from services.run_terms import Enqueue, Requested, RunRequest
from services.schedules import SCHEDULE

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class DueSchedule:
    """A schedule whose time has come, before anybody has taken it up."""

    id: int
    type: str


def find_due(session: Session) -> Sequence[DueSchedule]:
    """The schedules whose time has come, at most 100: a look that takes no write lock."""
    due = session.execute(
        select(SCHEDULE.c.id, SCHEDULE.c.type)
        .where(SCHEDULE.c.next_at <= utc_now())
        .order_by(SCHEDULE.c.next_at)
        .limit(_AT_ONCE)
    )
    return [DueSchedule(row.id, row.type) for row in due]


def start_due(
    session: Session, enqueue: Enqueue, offers: Mapping[str, OperationOffer], schedule_id: int
) -> Requested | None:
    """Start what a schedule has come to, and move it on, in one transaction.

    Of occurrences that were missed the latest is started and the others are skipped, which the
    audit line tells. While the run of an earlier one is active an occurrence is skipped in its
    favour. None when there is nothing to do: it is not due, another process was quicker, nobody
    here knows the operation, or what is stored of it makes no sense, and then it is paused.
    """
    schedule, now = _read(session, schedule_id)
    offer = None if schedule is None else offers.get(schedule.type)
    if schedule is None or offer is None:
        return None
    try:
        due = _due(schedule, now)
        request = _request(schedule, offer, due)
    except (NeedsCorrectionError, ScheduleError) as error:
        schedules.pause(session, schedule_id, str(error))
        return None
    if not _move_on(session, schedule, due):
        return None
    requested = OperationRunService(session, enqueue).request(request)
    _note_run(session, schedule, due, requested)
    return requested


def _read(session: Session, schedule_id: int) -> tuple[Row[Any] | None, datetime]:
    """The schedule when it is due, and the database's own time."""
    now: datetime = session.execute(select(utc_now())).scalar_one()
    schedule = session.execute(
        select(SCHEDULE).where(SCHEDULE.c.id == schedule_id, SCHEDULE.c.next_at <= now)
    ).one_or_none()
    return schedule, now


def _due(schedule: Row[Any], now: datetime) -> Due:
    if schedule.next_at is None:  # which it was not for the database
        raise ScheduleError("The time of its next occurrence cannot be read.")
    return latest_due(schedule.cron, schedule.time_zone, schedule.next_at, now)


def _move_on(session: Session, schedule: Row[Any], due: Due) -> bool:
    """Whether we are the one who starts this occurrence: compare and set."""
    moved = session.execute(
        update(SCHEDULE)
        .where(SCHEDULE.c.id == schedule.id, SCHEDULE.c.next_at == schedule.next_at)
        .values(next_at=due.next_at, last_at=due.occurrence)
        .returning(SCHEDULE.c.id)
    ).one_or_none()
    return moved is not None


def _request(schedule: Row[Any], offer: OperationOffer, due: Due) -> RunRequest:
    options = schedule.options if isinstance(schedule.options, dict) else {}
    request = run_request(offer, schedule.workspace_id, schedule.tenant_id, options)
    trigger = {
        "trigger": "schedule",
        "schedule": schedule.id,
        "occurrence": due.occurrence.isoformat(),
    }
    return replace(request, context={**trigger, **(request.context or {})})


def _note_run(session: Session, schedule: Row[Any], due: Due, requested: Requested) -> None:
    session.execute(
        update(SCHEDULE).where(SCHEDULE.c.id == schedule.id).values(last_run_id=requested.run_id)
    )
    details: dict[str, Any] = {
        "occurrence": due.occurrence.isoformat(),
        "run_id": requested.run_id,
    }
    if not requested.is_new:
        details["reason"] = "a run of this operation is still active"
    if due.missed:
        details |= {"missed": due.missed, "missed_since": schedule.next_at.isoformat()}
    audit.record(
        session,
        "schedule.started" if requested.is_new else "schedule.skipped",
        "schedule",
        schedule.id,
        workspace_id=schedule.workspace_id,
        details=details,
    )
