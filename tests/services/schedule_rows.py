"""Factories: schedules as they are stored, and what is told of them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from jobs.operation import offer_of
from models import AuditEntry, OperationRun, Schedule
from services.database import Database
from services.operations import OperationOffer
from stillwatch.operations import Operation, Scope


@dataclass(frozen=True, slots=True)
class SampleOptions:
    full: bool = False


def _offer(scope: Scope) -> OperationOffer:
    kind = f"sample.{scope}"
    return offer_of(
        Operation(kind, "Sample", lambda _run, _options: None, scope=scope, options=SampleOptions)
    )


OFFERS = {f"sample.{scope}": _offer(scope) for scope in Scope}


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def add_schedule(database: Database, workspace_id: int, **fields: Any) -> int:
    """A schedule that came due at the start of this year unless `fields` say otherwise."""
    given = {
        "type": "sample.workspace",
        "cron": "0 0 1 1 *",
        "next_at": datetime(datetime.now(UTC).year, 1, 1, tzinfo=UTC),
        **fields,
    }
    with database.writing() as session:
        schedule = Schedule(workspace_id=workspace_id, **given)
        session.add(schedule)
        session.flush()
        assert schedule.id is not None
        return schedule.id


def stored_schedule(database: Database, schedule_id: int) -> Schedule:
    with database.reading() as session:
        return session.get_one(Schedule, schedule_id)


def all_runs(database: Database) -> list[OperationRun]:
    with database.reading() as session:
        return list(session.scalars(select(OperationRun).order_by(col(OperationRun.id))))


def told(database: Database, schedule_id: int) -> list[tuple[str, Any]]:
    """What the audit trail says of a schedule: actions with their details."""
    with database.reading() as session:
        entries = session.scalars(
            select(AuditEntry)
            .where(
                col(AuditEntry.object_type) == "schedule",
                col(AuditEntry.object_id) == schedule_id,
            )
            .order_by(col(AuditEntry.id))
        )
        return [(entry.action, entry.details) for entry in entries]
