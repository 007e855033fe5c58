"""The log of what was sent, of a person's channels or of a workspace's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import NotificationDelivery
from services.notifications.channels import Owner

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One message; without `run_id` it was a trial, or its run is no longer kept."""

    id: int
    channel_name: str
    run_id: int | None
    status: str
    attempts: int
    message: str | None
    created_at: datetime | None
    ended_at: datetime | None


def find_deliveries(session: Session, owner: Owner) -> list[DeliveryRecord]:
    """The latest, newest first."""
    if owner.user_id is not None:
        mine = col(NotificationDelivery.user_id) == owner.user_id
    else:
        mine = and_(
            col(NotificationDelivery.workspace_id) == owner.workspace_id,
            col(NotificationDelivery.user_id).is_(None),
        )
    rows = session.scalars(
        select(NotificationDelivery)
        .where(mine)
        .order_by(col(NotificationDelivery.id).desc())
        .limit(MOST_SHOWN)
    )
    return [
        DeliveryRecord(
            row.id or 0,
            row.channel_name,
            row.run_id,
            row.status,
            row.attempts,
            row.message,
            row.created_at,
            row.ended_at,
        )
        for row in rows
    ]
