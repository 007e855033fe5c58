"""Told with the tab closed: who asked, by what they are told, and the log of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Written out rather than imported: a migration stays what it was when the models move on.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_NOW = {
    "sqlite": "(strftime('%Y-%m-%d %H:%M:%f000', 'now'))",
    "postgresql": "clock_timestamp()",
}
_UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "notification_channel",
        sa.Column("id", _ID, primary_key=True, nullable=False),
        _reference("workspace_id", "workspace"),
        _reference("user_id", "user_account"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False, server_default="failed"),
        _created_at(),
        sa.CheckConstraint("events IN ('failed', 'all')", name="ck_notification_channel_events"),
    )
    op.create_index("ix_notification_channel_user", "notification_channel", ["user_id"])
    op.create_index("ix_notification_channel_workspace", "notification_channel", ["workspace_id"])
    op.create_table(
        "run_watch",
        sa.Column("id", _ID, primary_key=True, nullable=False),
        _reference("run_id", "operation_run", nullable=False),
        _reference("user_id", "user_account", nullable=False),
        sa.Column("language", sa.Text()),
        _created_at(),
    )
    op.create_index("ix_run_watch_run", "run_watch", ["run_id", "user_id"], unique=True)
    op.create_table(
        "notification",
        sa.Column("id", _ID, primary_key=True, nullable=False),
        _reference("user_id", "user_account", nullable=False),
        _reference("workspace_id", "workspace", nullable=False),
        _reference("tenant_id", "tenant"),
        _reference("run_id", "operation_run", nullable=False),
        _created_at(),
        sa.Column("read_at", _TIME),
    )
    op.create_index("ix_notification_user", "notification", ["user_id", "id"])
    op.create_index("ix_notification_run", "notification", ["run_id"])
    op.create_index(
        "ix_notification_unread",
        "notification",
        ["user_id", "id"],
        sqlite_where=_UNREAD,
        postgresql_where=_UNREAD,
    )
    op.create_table(
        "notification_delivery",
        sa.Column("id", _ID, primary_key=True, nullable=False),
        _reference("workspace_id", "workspace", nullable=False),
        _reference("user_id", "user_account"),
        _reference("channel_id", "notification_channel"),
        sa.Column("channel_name", sa.Text(), nullable=False),
        _reference("run_id", "operation_run"),
        _reference("sending_run_id", "operation_run", nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False, server_default="pending"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("message", sa.Text()),
        _created_at(),
        sa.Column("ended_at", _TIME),
        sa.CheckConstraint("attempts >= 0", name="ck_notification_delivery_attempts"),
    )
    for name, columns in (
        ("workspace", ["workspace_id", "id"]),
        ("user", ["user_id", "id"]),
        ("channel", ["channel_id"]),
        ("run", ["run_id"]),
        ("sending", ["sending_run_id", "id"]),
    ):
        op.create_index(f"ix_notification_delivery_{name}", "notification_delivery", columns)


def downgrade() -> None:
    for table in ("notification_delivery", "notification", "run_watch", "notification_channel"):
        op.drop_table(table)


def _reference(name: str, table: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, _ID, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _created_at() -> sa.Column[Any]:
    now = sa.text(_NOW[op.get_context().dialect.name])
    return sa.Column("created_at", _TIME, server_default=now)
