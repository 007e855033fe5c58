"""Packs that are kept: a small index of those whose time may be up."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_IS_READY = sa.text("status = 'ready'")


def upgrade() -> None:
    op.create_index(
        "ix_review_pack_ready",
        "review_pack",
        ["expires_at"],
        sqlite_where=_IS_READY,
        postgresql_where=_IS_READY,
    )


def downgrade() -> None:
    op.drop_index("ix_review_pack_ready", "review_pack")
