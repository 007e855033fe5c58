"""A tenant's evidence pack: queued → generating → ready | failed → expired."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Index,
    Text,
    literal_column,
    text,
)
from sqlmodel import Field, SQLModel

from models.columns import BigIntegerId, JsonDocument, UtcDateTime, utc_now

_DEFAULT = "server_default"
# SQLite takes a partial index only when the query repeats its condition to the letter.
_IS_READY = "status = 'ready'"
IS_READY: ColumnElement[Any] = literal_column(f"review_pack.{_IS_READY}")


class ReviewPack(SQLModel, table=True):
    __tablename__ = "review_pack"
    __table_args__ = (
        CheckConstraint("file_size >= 0", name="ck_review_pack_file_size"),
        Index("ix_review_pack_tenant", "tenant_id", "id"),
        Index("ix_review_pack_run", "operation_run_id"),
        # What is kept is little of what was ever made: the sweep looks every few seconds.
        Index(
            "ix_review_pack_ready",
            "expires_at",
            sqlite_where=text(_IS_READY),
            postgresql_where=text(_IS_READY),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    workspace_id: int = Field(foreign_key="workspace.id", sa_type=BigIntegerId)
    tenant_id: int = Field(foreign_key="tenant.id", sa_type=BigIntegerId)
    operation_run_id: int | None = Field(
        default=None, foreign_key="operation_run.id", sa_type=BigIntegerId
    )
    initiated_by_user_id: int | None = Field(
        default=None, foreign_key="user_account.id", sa_type=BigIntegerId
    )
    status: str = Field(default="queued", sa_type=Text, sa_column_kwargs={_DEFAULT: "queued"})
    options: Any = Field(
        default=None,
        nullable=True,
        sa_type=JsonDocument,
        sa_column_kwargs={_DEFAULT: text("'{}'")},
    )
    summary: Any = Field(
        default=None,
        nullable=True,
        sa_type=JsonDocument,
        sa_column_kwargs={_DEFAULT: text("'{}'")},
    )
    generated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    file_path: str | None = Field(default=None, sa_type=Text)
    file_disk: str | None = Field(default=None, sa_type=Text)
    file_size: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = Field(default=None, sa_type=Text)
    created_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={_DEFAULT: utc_now()}
    )
    updated_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={_DEFAULT: utc_now()}
    )
