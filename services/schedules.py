"""Keeping schedules: what is to start by the clock, where, and when the next time comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from models.columns import utc_now
from policy.schedule import ScheduleError, next_occurrence
from services import audit
from services.operations import NeedsCorrectionError, OperationOffer, run_request

SCHEDULE = SQLModel.metadata.tables["schedule"]
_TENANT = SQLModel.metadata.tables["tenant"]
_WORKSPACE = SQLModel.metadata.tables["workspace"]


@dataclass(frozen=True, slots=True)
class ScheduleRequest:
    """What is to be started by the clock, by the names people use."""

    type: str
    workspace: str
    cron: str
    time_zone: str = "UTC"
    tenant: str | None = None
    options: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A schedule as it is shown; `next_at` is None while paused."""

    id: int
    type: str
    workspace: str
    tenant: str | None
    cron: str
    time_zone: str
    next_at: datetime | None
    last_at: datetime | None
    last_run_id: int | None
    is_overdue: bool


def add(session: Session, offers: Mapping[str, OperationOffer], request: ScheduleRequest) -> int:
    """Add a schedule and return its id. Raises `ScheduleError`."""
    offer = offers.get(request.type)
    if offer is None:
        known = ", ".join(sorted(offers))
        raise ScheduleError(f"There is no operation {request.type!r}; choose from {known}.")
    workspace_id, tenant_id = _place(session, request.workspace, request.tenant)
    try:
        run_request(offer, workspace_id, tenant_id, request.options)
    except NeedsCorrectionError as error:
        raise ScheduleError(str(error)) from None
    next_at = next_occurrence(request.cron, request.time_zone, _now(session))
    schedule_id: int = session.execute(
        insert(SCHEDULE)
        .values(
            workspace_id=workspace_id,
            tenant_id=tenant_id,
            type=request.type,
            cron=" ".join(request.cron.split()),
            time_zone=request.time_zone,
            options=dict(request.options or {}),
            next_at=next_at,
        )
        .returning(SCHEDULE.c.id)
    ).scalar_one()
    _record(session, "added", find(session, schedule_id))
    return schedule_id


def ensure(session: Session, workspace_id: int, operation_type: str, cron: str) -> None:
    """Give a workspace a schedule of an operation, unless it has one, paused or not."""
    ours = (SCHEDULE.c.workspace_id == workspace_id, SCHEDULE.c.type == operation_type)
    if session.scalar(select(SCHEDULE.c.id).where(*ours).limit(1)) is not None:
        return
    schedule_id: int = session.execute(
        insert(SCHEDULE)
        .values(
            workspace_id=workspace_id,
            type=operation_type,
            cron=cron,
            time_zone="UTC",
            next_at=next_occurrence(cron, "UTC", _now(session)),
        )
        .returning(SCHEDULE.c.id)
    ).scalar_one()
    _record(session, "added", find(session, schedule_id))


def pause(session: Session, schedule_id: int, reason: str | None = None) -> None:
    """Start nothing of a schedule until it is resumed. Raises `ScheduleError`."""
    schedule = find(session, schedule_id)
    paused = session.execute(
        update(SCHEDULE)
        .where(SCHEDULE.c.id == schedule_id, SCHEDULE.c.next_at.is_not(None))
        .values(next_at=None)
        .returning(SCHEDULE.c.id)
    ).one_or_none()
    if paused is None:
        raise ScheduleError(f"Schedule {schedule_id} is paused already.")
    _record(session, "paused", schedule, **({} if reason is None else {"reason": reason}))


def resume(session: Session, schedule_id: int) -> None:
    """Go on with the occurrences to come; those of the pause are not made up for.

    Raises `ScheduleError`.
    """
    schedule = find(session, schedule_id)
    next_at = next_occurrence(schedule.cron, schedule.time_zone, _now(session))
    resumed = session.execute(
        update(SCHEDULE)
        .where(SCHEDULE.c.id == schedule_id, SCHEDULE.c.next_at.is_(None))
        .values(next_at=next_at)
        .returning(SCHEDULE.c.id)
    ).one_or_none()
    if resumed is None:
        raise ScheduleError(f"Schedule {schedule_id} is not paused.")
    _record(session, "resumed", schedule)


def remove(session: Session, schedule_id: int) -> None:
    """Forget a schedule; the runs that it started stay. Raises `ScheduleError`."""
    schedule = find(session, schedule_id)
    session.execute(delete(SCHEDULE).where(SCHEDULE.c.id == schedule_id))
    _record(session, "removed", schedule)


def find_all(session: Session) -> Sequence[ScheduleView]:
    """Every schedule of the instance, by workspace and age."""
    now = _now(session)
    rows = session.execute(
        select(
            SCHEDULE,
            _WORKSPACE.c.slug.label("workspace"),
            _TENANT.c.slug.label("tenant"),
        )
        .join(_WORKSPACE, _WORKSPACE.c.id == SCHEDULE.c.workspace_id)
        .outerjoin(_TENANT, _TENANT.c.id == SCHEDULE.c.tenant_id)
        .order_by(_WORKSPACE.c.slug, SCHEDULE.c.id)
    )
    return [_view(row, now) for row in rows]


def find(session: Session, schedule_id: int) -> Row[Any]:
    """The stored schedule, or `ScheduleError`."""
    schedule = session.execute(select(SCHEDULE).where(SCHEDULE.c.id == schedule_id)).one_or_none()
    if schedule is None:
        raise ScheduleError(f"There is no schedule {schedule_id}.")
    return schedule


def _place(session: Session, workspace: str, tenant: str | None) -> tuple[int, int | None]:
    workspace_id = session.scalar(select(_WORKSPACE.c.id).where(_WORKSPACE.c.slug == workspace))
    if workspace_id is None:
        raise ScheduleError(f"There is no workspace {workspace!r}.")
    if tenant is None:
        return workspace_id, None
    tenant_id = session.scalar(
        select(_TENANT.c.id).where(_TENANT.c.slug == tenant, _TENANT.c.workspace_id == workspace_id)
    )
    if tenant_id is None:
        raise ScheduleError(f"There is no tenant {tenant!r} in {workspace}.")
    return workspace_id, tenant_id


def _now(session: Session) -> datetime:
    now: datetime = session.execute(select(utc_now())).scalar_one()
    return now


def _view(row: Row[Any], now: datetime) -> ScheduleView:
    return ScheduleView(
        id=row.id,
        type=row.type,
        workspace=row.workspace,
        tenant=row.tenant,
        cron=row.cron,
        time_zone=row.time_zone,
        next_at=row.next_at,
        last_at=row.last_at,
        last_run_id=row.last_run_id,
        is_overdue=row.next_at is not None and row.next_at < now,
    )


def _record(session: Session, action: str, schedule: Row[Any], **details: Any) -> None:
    audit.record(
        session,
        f"schedule.{action}",
        "schedule",
        schedule.id,
        workspace_id=schedule.workspace_id,
        details={
            "type": schedule.type,
            "cron": schedule.cron,
            "time_zone": schedule.time_zone,
            **details,
        },
    )
