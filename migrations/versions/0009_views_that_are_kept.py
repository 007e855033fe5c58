"""Lists of operations that are kept under a name, for a person or for a workspace."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Written out rather than imported: a migration stays what it was when the models move on.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_NOW = {
    "sqlite": "(strftime('%Y-%m-%d %H:%M:%f000', 'now'))",
    "postgresql": "clock_timestamp()",
}


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", _ID, primary_key=True, nullable=False),
        _reference("workspace_id", "workspace"),
        _reference("user_id", "user_account"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("created_at", _TIME, server_default=sa.text(_NOW[op.get_context().dialect.name])),
        sa.UniqueConstraint("workspace_id", "user_id", "name", name="uq_saved_view_name"),
    )


def downgrade() -> None:
    op.drop_table("saved_view")


def _reference(name: str, table: str) -> sa.Column[Any]:
    return sa.Column(name, _ID, sa.ForeignKey(f"{table}.id"), nullable=False)
