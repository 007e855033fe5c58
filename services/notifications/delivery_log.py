"""The log of what was sent, of a person's channels or of a workspace's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import DeliveryStatus, NotificationDelivery, OperationRun, RunStatus
from services.notifications.channels import Owner

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One message; without `run_id` it was a trial, or its run is no longer kept.

    `is_left` when it is pending and the run that was to send it has ended.
    """

    id: int
    channel_name: str
    run_id: int | None
    status: str
    attempts: int
    message: str | None
    created_at: datetime | None
    ended_at: datetime | None
    is_left: bool = False


def find_deliveries(session: Session, owner: Owner) -> list[DeliveryRecord]:
    """The latest, newest first."""
    if owner.user_id is not None:
        mine = col(NotificationDelivery.user_id) == owner.user_id
    else:
        mine = and_(
            col(NotificationDelivery.workspace_id) == owner.workspace_id,
            col(NotificationDelivery.user_id).is_(None),
        )
    rows = session.execute(
        select(NotificationDelivery, col(OperationRun.status))
        .outerjoin(OperationRun, col(OperationRun.id) == col(NotificationDelivery.sending_run_id))
        .where(mine)
        .order_by(col(NotificationDelivery.id).desc())
        .limit(MOST_SHOWN)
    )
    return [_recorded(delivery, sending_status) for delivery, sending_status in rows]


def _recorded(row: NotificationDelivery, sending_status: str | None) -> DeliveryRecord:
    return DeliveryRecord(
        row.id or 0,
        row.channel_name,
        row.run_id,
        row.status,
        row.attempts,
        row.message,
        row.created_at,
        row.ended_at,
        row.status == DeliveryStatus.PENDING and sending_status == RunStatus.COMPLETED,
    )
