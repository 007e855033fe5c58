"""Processes that do the work, so that a page can say whether anybody is there to do it."""

from datetime import datetime

from sqlalchemy import Text, text
from sqlmodel import Field, SQLModel

from models.columns import BigIntegerId, UtcDateTime, utc_now

_NOW = {"server_default": utc_now()}


class Worker(SQLModel, table=True):
    """One worker process, from its start until it is stopped or no longer seen.

    `name` is what `operation_run.lease_owner` says; `slots` is how many runs it does at once.
    """

    __tablename__ = "worker"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    name: str = Field(unique=True, sa_type=Text)
    slots: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime, sa_column_kwargs=_NOW)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime, sa_column_kwargs=_NOW)
