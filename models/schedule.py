"""Operations that start by the clock."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from models.columns import BigIntegerId, JsonDocument, UtcDateTime, utc_now


class Schedule(SQLModel, table=True):
    """Starts an operation at every occurrence of `cron` in `time_zone`.

    `next_at` is the occurrence to come; whoever moves it on starts the run, in one transaction,
    and so each occurrence is started once. Null while paused.
    """

    __tablename__ = "schedule"
    __table_args__ = (
        Index("ix_schedule_next", "next_at"),
        Index("ix_schedule_workspace", "workspace_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    workspace_id: int = Field(foreign_key="workspace.id", sa_type=BigIntegerId)
    tenant_id: int | None = Field(default=None, foreign_key="tenant.id", sa_type=BigIntegerId)
    type: str = Field(sa_type=Text)
    cron: str = Field(sa_type=Text)
    time_zone: str = Field(default="UTC", sa_type=Text, sa_column_kwargs={"server_default": "UTC"})
    options: Any = Field(
        default=None,
        nullable=True,
        sa_type=JsonDocument,
        sa_column_kwargs={"server_default": text("'{}'")},
    )
    created_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={"server_default": utc_now()}
    )
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_run_id: int | None = Field(
        default=None, foreign_key="operation_run.id", sa_type=BigIntegerId
    )
