"""A list of operations that somebody wants to come back to."""

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from models.columns import BigIntegerId, UtcDateTime, utc_now


class SavedView(SQLModel, table=True):
    """A filter under a name; `query` is what stands in the address of the list.

    Its owner's alone, or when `is_shared` everybody's who sees the workspace.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("workspace_id", "user_id", "name", name="uq_saved_view_name"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    workspace_id: int = Field(foreign_key="workspace.id", sa_type=BigIntegerId)
    user_id: int = Field(foreign_key="user_account.id", sa_type=BigIntegerId)
    name: str = Field(sa_type=Text)
    query: str = Field(sa_type=Text)
    is_shared: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    created_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={"server_default": utc_now()}
    )
