"""An overview of what has ended lately, and word that a kind of failure is known."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Written out rather than imported: a migration stays what it was when the models move on.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
_NOW = {
    "sqlite": "(strftime('%Y-%m-%d %H:%M:%f000', 'now'))",
    "postgresql": "clock_timestamp()",
}
_COMPLETED = sa.text("status = 'completed'")


def upgrade() -> None:
    op.create_index(
        "ix_operation_run_completed",
        "operation_run",
        ["workspace_id", "completed_at"],
        sqlite_where=_COMPLETED,
        postgresql_where=_COMPLETED,
    )
    op.create_index(
        "ix_operation_run_type",
        "operation_run",
        ["workspace_id", "type", "id"],
    )
    op.create_table(
        "failure_acknowledgement",
        sa.Column("id", _ID, primary_key=True, nullable=False),
        _reference("workspace_id", "workspace", nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("covers", _JSON, server_default=sa.text("'[]'")),
        _reference("acknowledged_by_user_id", "user_account"),
        sa.Column(
            "acknowledged_at", _TIME, server_default=sa.text(_NOW[op.get_context().dialect.name])
        ),
        sa.Column("withdrawn_at", _TIME),
    )
    op.create_index(
        "ix_failure_acknowledgement_workspace", "failure_acknowledgement", ["workspace_id", "id"]
    )


def downgrade() -> None:
    op.drop_table("failure_acknowledgement")
    op.drop_index("ix_operation_run_type", "operation_run")
    op.drop_index("ix_operation_run_completed", "operation_run")


def _reference(name: str, table: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, _ID, sa.ForeignKey(f"{table}.id"), nullable=nullable)
