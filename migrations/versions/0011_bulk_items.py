"""What a bulk run does to each of the runs that were chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Written out rather than imported: a migration stays what it was when the models move on.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bulk_item",
        sa.Column("id", _ID, primary_key=True, nullable=False),
        sa.Column("bulk_run_id", _ID, sa.ForeignKey("operation_run.id"), nullable=False),
        sa.Column("target_run_id", _ID, nullable=False),
        sa.Column("seen_version", _ID, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, server_default=sa.text("'pending'")),
        sa.Column("code", sa.Text()),
        sa.Column("message", sa.Text()),
        sa.Column("new_run_id", _ID),
    )
    op.create_index(
        "ix_bulk_item_bulk_run", "bulk_item", ["bulk_run_id", "target_run_id"], unique=True
    )


def downgrade() -> None:
    op.drop_table("bulk_item")
