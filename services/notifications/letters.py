"""What a sending run has to hand over, and what came of it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import (
    DeliveryStatus,
    Membership,
    NotificationChannel,
    NotificationDelivery,
    OperationRun,
    Tenant,
    User,
)
from models.columns import utc_now
from policy.access import Action, Grant, Target, may
from policy.status import UxStatus, ux_status

_OPEN = (DeliveryStatus.PENDING.value, DeliveryStatus.FAILED.value)
_LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class ToldRun:
    """The run that is told of, as it ended."""

    id: int
    type: str
    status: UxStatus
    tenant_name: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to be sent; without an `address` the channel is gone.

    `may_see` is whether the person may still see the run that it is of, at this moment.
    """

    id: int
    address: str | None
    language: str | None
    is_trial: bool
    run: ToldRun | None
    may_see: bool


def find_open(session: Session, sending_run_id: int) -> list[int]:
    """What this run has not sent yet, in order; what is recorded as sent never comes again."""
    return [
        delivery_id
        for delivery_id in session.scalars(
            select(col(NotificationDelivery.id))
            .where(
                col(NotificationDelivery.sending_run_id) == sending_run_id,
                col(NotificationDelivery.status).in_(_OPEN),
            )
            .order_by(col(NotificationDelivery.id))
        )
        if delivery_id is not None
    ]


def hand_over(session: Session, ended_run_id: int, sending_run_id: int) -> None:
    """Have another run send what one that has ended left unsent."""
    session.execute(
        update(NotificationDelivery)
        .where(
            col(NotificationDelivery.sending_run_id) == ended_run_id,
            col(NotificationDelivery.status).in_(_OPEN),
        )
        .values(sending_run_id=sending_run_id)
    )


def find_letter(session: Session, delivery_id: int) -> Letter:
    """One of them, with the rights of now."""
    row: Any = session.execute(
        select(
            NotificationDelivery,
            col(NotificationChannel.address),
            OperationRun,
            col(Tenant.name).label("tenant_name"),
        )
        .outerjoin(
            NotificationChannel,
            col(NotificationChannel.id) == col(NotificationDelivery.channel_id),
        )
        .outerjoin(OperationRun, col(OperationRun.id) == col(NotificationDelivery.run_id))
        .outerjoin(Tenant, col(Tenant.id) == col(OperationRun.tenant_id))
        .where(col(NotificationDelivery.id) == delivery_id)
    ).one()
    delivery, address, run, tenant_name = row
    sending = session.get_one(OperationRun, delivery.sending_run_id)
    is_trial = isinstance(sending.context, dict) and "channel" in sending.context
    told = None
    if run is not None:
        told = ToldRun(run.id, run.type, ux_status(run.status, run.outcome), tenant_name)
    return Letter(
        delivery_id,
        address,
        delivery.language,
        is_trial,
        told,
        run is not None and _may_see(session, delivery.user_id, run),
    )


def record(
    session: Session, delivery_id: int, status: DeliveryStatus, message: str | None = None
) -> None:
    """Keep what came of an attempt."""
    session.execute(
        update(NotificationDelivery)
        .where(col(NotificationDelivery.id) == delivery_id)
        .values(
            status=status.value,
            attempts=col(NotificationDelivery.attempts) + 1,
            message=None if message is None else message[:_LONGEST_MESSAGE],
            ended_at=utc_now(),
        )
    )


def _may_see(session: Session, user_id: int | None, run: OperationRun) -> bool:
    if user_id is None:
        return True  # the workspace's own channel, which an owner set up for all of its runs
    rows = session.scalars(
        select(Membership)
        .join(
            User,
            and_(col(User.id) == col(Membership.user_id), col(User.disabled_at).is_(None)),
        )
        .where(col(Membership.user_id) == user_id, col(Membership.revoked_at).is_(None))
    )
    grants = [Grant(row.role, row.workspace_id, row.tenant_id) for row in rows]
    return may(grants, Action.SEE, Target(run.workspace_id, run.tenant_id, run.type))
