"""Retention: how long a workspace keeps its finished runs and its audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspace", sa.Column("retention_runs_days", sa.Integer(), nullable=True))
    op.add_column("workspace", sa.Column("retention_audit_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("workspace", "retention_audit_days")
    op.drop_column("workspace", "retention_runs_days")
