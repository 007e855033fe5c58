"""The first tables: people and their rights, runs, review packs, sessions, the audit trail."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
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


def upgrade() -> None:
    _create_people()
    _create_operation_run()
    _create_review_pack()
    _create_traces()


def downgrade() -> None:
    for table in (
        "audit_entry",
        "user_session",
        "review_pack",
        "operation_run",
        "membership",
        "user_account",
        "tenant",
        "workspace",
    ):
        op.drop_table(table)


def _create_people() -> None:
    op.create_table(
        "workspace",
        _id(),
        sa.Column("slug", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        _stamp("created_at"),
    )
    op.create_table(
        "tenant",
        _id(),
        _reference("workspace_id", "workspace", nullable=False),
        sa.Column("slug", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        _stamp("created_at"),
    )
    op.create_index("ix_tenant_workspace_slug", "tenant", ["workspace_id", "slug"])
    op.create_table(
        "user_account",
        _id(),
        sa.Column("email", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        _stamp("created_at"),
    )
    op.create_table(
        "membership",
        _id(),
        _reference("workspace_id", "workspace", nullable=False),
        _reference("tenant_id", "tenant"),
        _reference("user_id", "user_account", nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        _stamp("created_at"),
        sa.Column("revoked_at", _TIME),
        sa.CheckConstraint(
            "role IN ('owner', 'operator', 'auditor', 'tenant_admin', 'tenant_viewer')",
            name="ck_membership_role",
        ),
    )
    op.create_index("ix_membership_user", "membership", ["user_id", "workspace_id"])
    op.create_index("ix_membership_workspace", "membership", ["workspace_id", "user_id"])


def _create_operation_run() -> None:
    op.create_table(
        "operation_run",
        _id(),
        _reference("workspace_id", "workspace", nullable=False),
        _reference("tenant_id", "tenant"),
        _reference("initiated_by_user_id", "user_account"),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, server_default="queued"),
        sa.Column("outcome", sa.Text()),
        sa.Column("context", _JSON, server_default=sa.text("'{}'")),
        sa.Column("summary_counts", _JSON, server_default=sa.text("'{}'")),
        sa.Column("failure_summary", _JSON, server_default=sa.text("'[]'")),
        _stamp("created_at"),
        sa.Column("started_at", _TIME),
        sa.Column("completed_at", _TIME),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("runner", sa.Text(), nullable=False, server_default="worker"),
        sa.Column("attempt", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("deliveries", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("lease_token", sa.Text()),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", _TIME),
        sa.Column("cancel_requested_at", _TIME),
        _reference("retry_of_id", "operation_run"),
        sa.Column("active_key", sa.Text(), unique=True),
        sa.CheckConstraint("version >= 0", name="ck_operation_run_version"),
        sa.CheckConstraint("attempt >= 0", name="ck_operation_run_attempt"),
        sa.CheckConstraint("deliveries >= 0", name="ck_operation_run_deliveries"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_operation_run_workspace", "operation_run", ["workspace_id", "id"])
    op.create_index("ix_operation_run_tenant", "operation_run", ["tenant_id", "id"])
    op.create_index("ix_operation_run_retry_of", "operation_run", ["retry_of_id"])
    op.create_index(
        "ix_operation_run_active",
        "operation_run",
        ["status", "id"],
        sqlite_where=_ACTIVE,
        postgresql_where=_ACTIVE,
    )


def _create_review_pack() -> None:
    op.create_table(
        "review_pack",
        _id(),
        _reference("workspace_id", "workspace", nullable=False),
        _reference("tenant_id", "tenant", nullable=False),
        _reference("operation_run_id", "operation_run"),
        _reference("initiated_by_user_id", "user_account"),
        sa.Column("status", sa.Text(), nullable=False, server_default="queued"),
        sa.Column("options", _JSON, server_default=sa.text("'{}'")),
        sa.Column("summary", _JSON, server_default=sa.text("'{}'")),
        sa.Column("generated_at", _TIME),
        sa.Column("expires_at", _TIME),
        sa.Column("file_path", sa.Text()),
        sa.Column("file_disk", sa.Text()),
        sa.Column("file_size", sa.BigInteger()),
        sa.Column("sha256", sa.Text()),
        _stamp("created_at"),
        _stamp("updated_at"),
        sa.CheckConstraint("file_size >= 0", name="ck_review_pack_file_size"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_review_pack_tenant", "review_pack", ["tenant_id", "id"])
    op.create_index("ix_review_pack_run", "review_pack", ["operation_run_id"])


def _create_traces() -> None:
    op.create_table(
        "user_session",
        _id(),
        sa.Column("token_hash", sa.Text(), nullable=False, unique=True),
        _reference("user_id", "user_account", nullable=False),
        _reference("workspace_id", "workspace"),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("last_active_at", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME),
    )
    op.create_index("ix_user_session_user", "user_session", ["user_id"])
    op.create_table(
        "audit_entry",
        _id(),
        _stamp("at"),
        _reference("workspace_id", "workspace"),
        _reference("actor_user_id", "user_account"),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", _ID),
        sa.Column("details", _JSON, nullable=False, server_default=sa.text("'{}'")),
    )
    op.create_index("ix_audit_entry_workspace", "audit_entry", ["workspace_id", "id"])
    op.create_index("ix_audit_entry_object", "audit_entry", ["object_type", "object_id", "id"])


def _id() -> sa.Column[int]:
    return sa.Column("id", _ID, primary_key=True, nullable=False)


def _reference(name: str, table: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, _ID, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _stamp(name: str) -> sa.Column[Any]:
    now = _NOW[op.get_context().dialect.name]
    return sa.Column(name, _TIME, server_default=sa.text(now))
