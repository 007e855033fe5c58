"""What a bulk run is to do to one of the runs that were chosen, and what came of it."""

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from models.columns import BigIntegerId


class BulkItem(SQLModel, table=True):
    """One chosen run; `seen_version` is what the person decided on.

    `target_run_id` and `new_run_id` are numbers only, and stay when those runs are removed; the
    item itself goes with its bulk run.
    """

    __tablename__ = "bulk_item"
    __table_args__ = (Index("ix_bulk_item_bulk_run", "bulk_run_id", "target_run_id", unique=True),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    bulk_run_id: int = Field(foreign_key="operation_run.id", sa_type=BigIntegerId)
    target_run_id: int = Field(sa_type=BigIntegerId)
    seen_version: int = Field(sa_type=BigIntegerId)
    action: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text, sa_column_kwargs={"server_default": text("'pending'")})
    code: str | None = Field(default=None, sa_type=Text)
    message: str | None = Field(default=None, sa_type=Text)
    new_run_id: int | None = Field(default=None, sa_type=BigIntegerId)
