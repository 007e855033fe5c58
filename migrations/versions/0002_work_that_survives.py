"""Work that survives: heartbeats, queue order, limits, workers, schedules, programs' tokens."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
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
_ACTIVE = sa.text("status IN ('queued', 'running')")
_DELIVERIES = (
    ("TABLE", "procrastinate_events"),
    ("TABLE", "procrastinate_periodic_defers"),
    ("TABLE", "procrastinate_jobs"),
    ("TABLE", "procrastinate_workers"),
    ("TYPE", "procrastinate_job_to_defer_v1"),
    ("TYPE", "procrastinate_job_event_type"),
    ("TYPE", "procrastinate_job_status"),
)
_DROP_FUNCTIONS = """
    DO $$ DECLARE found regprocedure; BEGIN
        FOR found IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'procrastinate%'
        LOOP EXECUTE 'DROP FUNCTION ' || found || ' CASCADE'; END LOOP;
    END $$
"""
_ADDED = ("heartbeat_at", "priority", "available_at", "concurrency_key", "concurrency_limit")


def upgrade() -> None:
    for column in (
        sa.Column("heartbeat_at", _TIME),
        sa.Column("priority", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("available_at", _TIME),
        sa.Column("concurrency_key", sa.Text()),
        sa.Column("concurrency_limit", sa.Integer()),
    ):
        # In place: a table of millions of rows must not be copied for a column.
        op.add_column("operation_run", column)
    op.drop_index("ix_operation_run_active", "operation_run")
    _create_active_index(["status", sa.text("priority DESC"), "id"])
    _create_tables()
    if op.get_context().dialect.name == "postgresql":
        _create_deliveries()


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        _drop_deliveries()
    for table in ("api_token", "schedule", "worker"):
        op.drop_table(table)
    op.drop_index("ix_operation_run_active", "operation_run")
    _create_active_index(["status", "id"])
    for name in _ADDED:
        op.drop_column("operation_run", name)


def _create_active_index(columns: list[Any]) -> None:
    op.create_index(
        "ix_operation_run_active",
        "operation_run",
        columns,
        sqlite_where=_ACTIVE,
        postgresql_where=_ACTIVE,
    )


def _create_tables() -> None:
    op.create_table(
        "worker",
        _id(),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("slots", sa.Integer(), nullable=False, server_default=sa.text("1")),
        _stamp("started_at"),
        _stamp("seen_at"),
    )
    op.create_table(
        "schedule",
        _id(),
        _reference("workspace_id", "workspace", nullable=False),
        _reference("tenant_id", "tenant"),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False, server_default="UTC"),
        sa.Column("options", _JSON, server_default=sa.text("'{}'")),
        _stamp("created_at"),
        sa.Column("next_at", _TIME),
        sa.Column("last_at", _TIME),
        _reference("last_run_id", "operation_run"),
    )
    op.create_index("ix_schedule_next", "schedule", ["next_at"])
    op.create_index("ix_schedule_workspace", "schedule", ["workspace_id", "id"])
    op.create_table(
        "api_token",
        _id(),
        _reference("workspace_id", "workspace", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False, unique=True),
        _stamp("created_at"),
        _reference("created_by_user_id", "user_account"),
        sa.Column("expires_at", _TIME),
        sa.Column("revoked_at", _TIME),
    )
    op.create_index("ix_api_token_workspace", "api_token", ["workspace_id", "id"])


def _create_deliveries() -> None:
    """Procrastinate's own tables; later versions of it bring changes as migrations of ours."""
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def _drop_deliveries() -> None:
    # CASCADE reaches the functions that take or return one of these.
    for kind, name in _DELIVERIES:
        op.execute(f"DROP {kind} IF EXISTS {name} CASCADE")
    op.execute(_DROP_FUNCTIONS)


def _id() -> sa.Column[int]:
    return sa.Column("id", _ID, primary_key=True, nullable=False)


def _reference(name: str, table: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, _ID, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _stamp(name: str) -> sa.Column[Any]:
    now = _NOW[op.get_context().dialect.name]
    return sa.Column(name, _TIME, server_default=sa.text(now))
