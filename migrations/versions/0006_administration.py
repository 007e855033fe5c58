"""Administration: accounts that are closed, where a sign-in came from, ways into the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_WAYS = {
    "ix_audit_entry_time": ["workspace_id", "at", "id"],
    "ix_audit_entry_actor": ["workspace_id", "actor_user_id", "at", "id"],
    "ix_audit_entry_action": ["workspace_id", "action", "at", "id"],
}


def upgrade() -> None:
    op.add_column("user_account", sa.Column("disabled_at", _TIME))
    op.add_column(
        "user_account",
        sa.Column("is_password_given", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for name in ("address", "user_agent"):
        op.add_column("user_session", sa.Column(name, sa.Text()))
    op.create_index("ix_user_session_active", "user_session", ["last_active_at"])
    for name, columns in _WAYS.items():
        op.create_index(name, "audit_entry", columns)


def downgrade() -> None:
    for name in _WAYS:
        op.drop_index(name, "audit_entry")
    op.drop_index("ix_user_session_active", "user_session")
    for name in ("user_agent", "address"):
        op.drop_column("user_session", name)
    for name in ("is_password_given", "disabled_at"):
        op.drop_column("user_account", name)
