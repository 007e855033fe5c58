"""The channels of a person, and those of a workspace: set up, tried, removed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from models import NOTIFICATION_SENDING, NotificationChannel, NotificationDelivery
from policy.wording import said
from services import audit
from services.admin_terms import AdministrationError, ChangedMeanwhileError
from services.notifications.outlet import shown_address
from services.operation_run_service import OperationRunService
from services.run_terms import Enqueue, RunRequest

EVENTS = ("failed", "all")
MOST_CHANNELS = 10
_LONGEST_NAME = 60
_DELIVERY = SQLModel.metadata.tables["notification_delivery"]


class ChannelError(AdministrationError):
    """What was filled in does not fit; the message says why."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose channels: a person's, wherever they are, or a workspace's. One of the two is given.

    Whoever calls has found that the person `by` may have them.
    """

    by: int | None
    user_id: int | None = None
    workspace_id: int | None = None

    @property
    def owns(self) -> ColumnElement[bool]:
        if self.user_id is not None:
            return col(NotificationChannel.user_id) == self.user_id
        return col(NotificationChannel.workspace_id) == self.workspace_id


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    """What may be known of a channel; `leads_to` is never the whole address."""

    id: int
    name: str
    leads_to: str
    events: str
    created_at: datetime | None


def own(user_id: int) -> Owner:
    """A person's own."""
    return Owner(user_id, user_id=user_id)


def find_channels(session: Session, owner: Owner) -> list[ChannelRecord]:
    """All of them, oldest first."""
    rows = session.scalars(
        select(NotificationChannel).where(owner.owns).order_by(col(NotificationChannel.id))
    )
    return [
        ChannelRecord(row.id or 0, row.name, shown_address(row.address), row.events, row.created_at)
        for row in rows
    ]


def add_channel(
    session: Session, owner: Owner, name: str, address: str, events: str = "failed"
) -> int:
    """Set a channel up; `address` is what `Outlet.accept` made of it. Raises `ChannelError`."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ChannelError(
            said("A name is one line of 1 to {most} printable characters.", most=_LONGEST_NAME)
        )
    if events not in EVENTS:
        raise ChannelError(said("Choose what it is told of."))
    count = session.scalar(select(func.count()).select_from(NotificationChannel).where(owner.owns))
    if (count or 0) >= MOST_CHANNELS:
        raise ChannelError(said("There are at most {most} channels.", most=MOST_CHANNELS))
    channel = NotificationChannel(
        user_id=owner.user_id,
        workspace_id=owner.workspace_id,
        name=name,
        address=address,
        events=events,
    )
    session.add(channel)
    session.flush()
    _record(session, owner, "notification_channel.added", channel.id or 0, name)
    return channel.id or 0


def remove_channel(session: Session, owner: Owner, channel_id: int) -> None:
    """Remove a channel with its address; what was sent by it stays in the log."""
    channel = _find(session, owner, channel_id)
    session.execute(
        update(NotificationDelivery)
        .where(col(NotificationDelivery.channel_id) == channel_id)
        .values(channel_id=None)
    )
    session.execute(delete(NotificationChannel).where(col(NotificationChannel.id) == channel_id))
    _record(session, owner, "notification_channel.removed", channel_id, channel.name)


def try_channel(
    session: Session,
    owner: Owner,
    channel_id: int,
    workspace_id: int,
    enqueue: Enqueue,
    language: str | None,
) -> int:
    """Have a trial message sent by a run of the workspace; return the run."""
    channel = _find(session, owner, channel_id)
    requested = OperationRunService(session, enqueue).request(
        RunRequest(
            workspace_id=workspace_id,
            type=NOTIFICATION_SENDING,
            active_key=f"{NOTIFICATION_SENDING}:trial:{channel_id}",
            initiated_by_user_id=owner.by,
            context={"channel": channel_id},
        )
    )
    if requested.is_new:
        session.execute(
            insert(_DELIVERY).values(
                workspace_id=workspace_id,
                user_id=owner.user_id,
                channel_id=channel_id,
                channel_name=channel.name,
                sending_run_id=requested.run_id,
                language=language,
            )
        )
        _record(session, owner, "notification_channel.tested", channel_id, channel.name)
    return requested.run_id


def _find(session: Session, owner: Owner, channel_id: int) -> NotificationChannel:
    channel = session.scalar(
        select(NotificationChannel).where(col(NotificationChannel.id) == channel_id, owner.owns)
    )
    if channel is None:
        raise ChangedMeanwhileError
    return channel


def _record(session: Session, owner: Owner, action: str, channel_id: int, name: str) -> None:
    audit.record(
        session,
        action,
        "notification_channel",
        channel_id,
        workspace_id=owner.workspace_id,
        actor_user_id=owner.by,
        details={"name": name},
    )
