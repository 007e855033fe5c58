"""Who is told that a run has ended, by what, and what has come of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field, SQLModel

from models.columns import BigIntegerId, ShortText, UtcDateTime, utc_now

_NOW = {"server_default": utc_now()}
_UNREAD = text("read_at IS NULL")


class NotificationChannel(SQLModel, table=True):
    """A way to tell somebody outside the console: a person's own, or a workspace's.

    `address` is a secret: it holds the keys of the service it names. `events` is what a
    workspace's channel is told of; a person's is told of what the person asked for.
    """

    __tablename__ = "notification_channel"
    __table_args__ = (
        CheckConstraint("events IN ('failed', 'all')", name="ck_notification_channel_events"),
        Index("ix_notification_channel_user", "user_id"),
        Index("ix_notification_channel_workspace", "workspace_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    workspace_id: int | None = Field(default=None, foreign_key="workspace.id", sa_type=BigIntegerId)
    user_id: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigIntegerId)
    name: str = Field(sa_type=ShortText)
    address: str = Field(sa_type=Text, repr=False)
    events: str = Field(
        default="failed", sa_type=Text, sa_column_kwargs={"server_default": "failed"}
    )
    created_at: datetime | None = Field(default=None, sa_type=UtcDateTime, sa_column_kwargs=_NOW)


class RunWatch(SQLModel, table=True):
    """A person who asked to be told when a run is done, in the language they asked in."""

    __tablename__ = "run_watch"
    __table_args__ = (Index("ix_run_watch_run", "run_id", "user_id", unique=True),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    run_id: int = Field(foreign_key="operation_run.id", sa_type=BigIntegerId)
    user_id: int = Field(foreign_key="user_account.id", sa_type=BigIntegerId)
    language: str | None = Field(default=None, sa_type=Text)
    created_at: datetime | None = Field(default=None, sa_type=UtcDateTime, sa_column_kwargs=_NOW)


class Notification(SQLModel, table=True):
    """What a person is told in the page; `tenant_id` is the run's, for who may still see it."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_user", "user_id", "id"),
        Index("ix_notification_run", "run_id"),
        # The bell of every page looks here, and there is little in it.
        Index(
            "ix_notification_unread",
            "user_id",
            "id",
            sqlite_where=_UNREAD,
            postgresql_where=_UNREAD,
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    user_id: int = Field(foreign_key="user_account.id", sa_type=BigIntegerId)
    workspace_id: int = Field(foreign_key="workspace.id", sa_type=BigIntegerId)
    tenant_id: int | None = Field(default=None, foreign_key="tenant.id", sa_type=BigIntegerId)
    run_id: int = Field(foreign_key="operation_run.id", sa_type=BigIntegerId)
    created_at: datetime | None = Field(default=None, sa_type=UtcDateTime, sa_column_kwargs=_NOW)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class NotificationDelivery(SQLModel, table=True):
    """One message to one channel, sent by a run of its own; without `run_id` it is a trial.

    `user_id` is whose channel it is, None for the workspace's. The name is kept beside the
    channel, which may be removed.
    """

    __tablename__ = "notification_delivery"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="ck_notification_delivery_attempts"),
        Index("ix_notification_delivery_workspace", "workspace_id", "id"),
        Index("ix_notification_delivery_user", "user_id", "id"),
        Index("ix_notification_delivery_channel", "channel_id"),
        Index("ix_notification_delivery_run", "run_id"),
        Index("ix_notification_delivery_sending", "sending_run_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    workspace_id: int = Field(foreign_key="workspace.id", sa_type=BigIntegerId)
    user_id: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigIntegerId)
    channel_id: int | None = Field(
        default=None, foreign_key="notification_channel.id", sa_type=BigIntegerId
    )
    channel_name: str = Field(sa_type=ShortText)
    run_id: int | None = Field(default=None, foreign_key="operation_run.id", sa_type=BigIntegerId)
    sending_run_id: int = Field(foreign_key="operation_run.id", sa_type=BigIntegerId)
    language: str | None = Field(default=None, sa_type=Text)
    status: str = Field(
        default="pending", sa_type=Text, sa_column_kwargs={"server_default": "pending"}
    )
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    message: str | None = Field(default=None, sa_type=Text)
    created_at: datetime | None = Field(default=None, sa_type=UtcDateTime, sa_column_kwargs=_NOW)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
