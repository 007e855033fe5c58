"""Lists that are filtered: an index for each thing that runs are looked for by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLE = "operation_run"
_IS_QUEUED = "status = 'queued'"
_IS_RUNNING = "status = 'running'"
_IS_COMPLETED = "status = 'completed'"
_IS_UNKNOWN = (
    "(status NOT IN ('queued', 'running', 'completed') OR "
    "status = 'completed' AND (outcome IS NULL OR outcome NOT IN "
    "('succeeded', 'partially_succeeded', 'failed', 'cancelled')))"
)
_INDEXES = {
    # name: columns after the workspace, condition
    "ix_operation_run_initiator": (["initiated_by_user_id", "id"], None),
    "ix_operation_run_created": (["created_at", "id"], None),
    "ix_operation_run_queued": (["status", "id"], _IS_QUEUED),
    "ix_operation_run_running": (["status", "id"], _IS_RUNNING),
    "ix_operation_run_outcome": (["status", "outcome", "id"], _IS_COMPLETED),
    "ix_operation_run_unknown": (["id"], _IS_UNKNOWN),
}


def upgrade() -> None:
    for name, (columns, condition) in _INDEXES.items():
        where = None if condition is None else sa.text(condition)
        op.create_index(
            name,
            _TABLE,
            ["workspace_id", *columns],
            sqlite_where=where,
            postgresql_where=where,
        )


def downgrade() -> None:
    for name in reversed(_INDEXES):
        op.drop_index(name, _TABLE)
