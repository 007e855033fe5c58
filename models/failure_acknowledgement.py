"""That somebody has seen a kind of failure."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from models.columns import BigIntegerId, JsonDocument, UtcDateTime, utc_now


class FailureAcknowledgement(SQLModel, table=True):
    """One person's word that the failures of a fingerprint are known.

    `covers` are the tenants that were affected, each with its newest failed run of that moment, as
    [tenant id or null, run id]. Of one fingerprint the newest row counts, withdrawn or not.
    """

    __tablename__ = "failure_acknowledgement"
    __table_args__ = (Index("ix_failure_acknowledgement_workspace", "workspace_id", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    workspace_id: int = Field(foreign_key="workspace.id", sa_type=BigIntegerId)
    fingerprint: str = Field(sa_type=Text)
    type: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    note: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": text("''")})
    covers: Any = Field(
        default=None,
        nullable=True,
        sa_type=JsonDocument,
        sa_column_kwargs={"server_default": text("'[]'")},
    )
    acknowledged_by_user_id: int | None = Field(
        default=None, foreign_key="user_account.id", sa_type=BigIntegerId
    )
    acknowledged_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={"server_default": utc_now()}
    )
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
