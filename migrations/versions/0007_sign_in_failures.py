"""Failed sign-ins, counted per account and address, so that guessing takes ever longer."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
_NOW = {
    "sqlite": "(strftime('%Y-%m-%d %H:%M:%f000', 'now'))",
    "postgresql": "clock_timestamp()",
}


def upgrade() -> None:
    now = sa.text(_NOW[op.get_context().dialect.name])
    op.create_table(
        "sign_in_failure",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("address", sa.Text(), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("since", _TIME, nullable=False, server_default=now),
        sa.Column("last_at", _TIME, nullable=False, server_default=now),
        sa.Column("is_known", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index("ix_sign_in_failure_last_at", "sign_in_failure", ["last_at"])


def downgrade() -> None:
    op.drop_table("sign_in_failure")
