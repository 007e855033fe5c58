"""Operational work and its lifecycle columns, which `OperationRunService` alone writes."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Index, Text, literal_column, text
from sqlmodel import Field, SQLModel

from models.columns import BigIntegerId, JsonDocument, UtcDateTime, WrittenText, utc_now

_DEFAULT = "server_default"

# SQLite takes a partial index only when the query repeats its condition to the letter.
_IS_ACTIVE = "status IN ('queued', 'running')"
# Untyped, because a boolean is rendered as `(…) = 1`, and that is another condition.
IS_ACTIVE: ColumnElement[Any] = literal_column(f"operation_run.{_IS_ACTIVE}")
_IS_QUEUED = "status = 'queued'"
_IS_RUNNING = "status = 'running'"
_IS_COMPLETED = "status = 'completed'"
IS_QUEUED: ColumnElement[Any] = literal_column(f"operation_run.{_IS_QUEUED}")
IS_RUNNING: ColumnElement[Any] = literal_column(f"operation_run.{_IS_RUNNING}")
IS_COMPLETED: ColumnElement[Any] = literal_column(f"operation_run.{_IS_COMPLETED}")


def _is_unknown(table: str = "") -> str:
    """What `policy.status` makes nothing of."""
    return (
        f"({table}status NOT IN ('queued', 'running', 'completed') OR "
        f"{table}status = 'completed' AND ({table}outcome IS NULL OR {table}outcome NOT IN "
        "('succeeded', 'partially_succeeded', 'failed', 'cancelled')))"
    )


IS_UNKNOWN: ColumnElement[Any] = literal_column(_is_unknown("operation_run."))


def is_active_as(alias: str) -> ColumnElement[Any]:
    """`IS_ACTIVE` for another look at the table, under the name `alias`."""
    return literal_column(f"{alias}.{_IS_ACTIVE}")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class OperationRun(SQLModel, table=True):
    """One piece of work: queued → running → completed with an outcome.

    `status` and `outcome` are plain text, because other programs write them too: what a text
    means is decided in `policy.status`. `version` grows with every write; `active_key` is unique
    and null once terminal, so that one key has at most one active run.
    """

    __tablename__ = "operation_run"
    __table_args__ = (
        CheckConstraint("version >= 0", name="ck_operation_run_version"),
        CheckConstraint("attempt >= 0", name="ck_operation_run_attempt"),
        CheckConstraint("deliveries >= 0", name="ck_operation_run_deliveries"),
        Index("ix_operation_run_workspace", "workspace_id", "id"),
        Index("ix_operation_run_tenant", "tenant_id", "id"),
        Index("ix_operation_run_retry_of", "retry_of_id"),
        # Active runs are few among millions: the queue and the gauges read this small index only.
        Index(
            "ix_operation_run_active",
            "status",
            text("priority DESC"),
            "id",
            **_where(_IS_ACTIVE),
        ),
        # What a list is filtered by, each in the order of the list. A heartbeat touches none.
        Index("ix_operation_run_initiator", "workspace_id", "initiated_by_user_id", "id"),
        Index("ix_operation_run_created", "workspace_id", "created_at", "id"),
        # The status is a key, though always the same, so that nothing is left to test on the row.
        Index("ix_operation_run_queued", "workspace_id", "status", "id", **_where(_IS_QUEUED)),
        Index("ix_operation_run_running", "workspace_id", "status", "id", **_where(_IS_RUNNING)),
        Index(
            "ix_operation_run_outcome",
            "workspace_id",
            "status",
            "outcome",
            "id",
            **_where(_IS_COMPLETED),
        ),
        Index(
            "ix_operation_run_unknown",
            "workspace_id",
            "id",
            **_where(_is_unknown()),
        ),
        # What has ended lately, for the overview; and the history of a type, for its estimates.
        Index(
            "ix_operation_run_completed",
            "workspace_id",
            "completed_at",
            **_where(_IS_COMPLETED),
        ),
        Index("ix_operation_run_type", "workspace_id", "type", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigIntegerId)
    workspace_id: int = Field(foreign_key="workspace.id", sa_type=BigIntegerId)
    tenant_id: int | None = Field(default=None, foreign_key="tenant.id", sa_type=BigIntegerId)
    initiated_by_user_id: int | None = Field(
        default=None, foreign_key="user_account.id", sa_type=BigIntegerId
    )
    type: str = Field(sa_type=WrittenText)
    status: str = Field(
        default="queued", sa_type=WrittenText, sa_column_kwargs={_DEFAULT: "queued"}
    )
    outcome: str | None = Field(default=None, sa_type=WrittenText)
    context: Any = Field(
        default=None,
        nullable=True,
        sa_type=JsonDocument,
        sa_column_kwargs={_DEFAULT: text("'{}'")},
    )
    summary_counts: Any = Field(
        default=None,
        nullable=True,
        sa_type=JsonDocument,
        sa_column_kwargs={_DEFAULT: text("'{}'")},
    )
    failure_summary: Any = Field(
        default=None,
        nullable=True,
        sa_type=JsonDocument,
        sa_column_kwargs={_DEFAULT: text("'[]'")},
    )
    created_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, sa_column_kwargs={_DEFAULT: utc_now()}
    )
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    version: int = Field(default=1, sa_column_kwargs={_DEFAULT: text("1")})
    runner: str = Field(default="worker", sa_type=Text, sa_column_kwargs={_DEFAULT: "worker"})
    attempt: int = Field(default=1, sa_column_kwargs={_DEFAULT: text("1")})
    deliveries: int = Field(default=0, sa_column_kwargs={_DEFAULT: text("0")})
    lease_token: str | None = Field(default=None, sa_type=Text)
    lease_owner: str | None = Field(default=None, sa_type=Text)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancel_requested_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    retry_of_id: int | None = Field(
        default=None, foreign_key="operation_run.id", sa_type=BigIntegerId
    )
    heartbeat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    # Queue order: higher first, then older; not before `available_at` when that is set.
    priority: int = Field(default=0, sa_column_kwargs={_DEFAULT: text("0")})
    available_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    # At most `concurrency_limit` runs of one key are at work at once; null is no limit.
    concurrency_key: str | None = Field(default=None, sa_type=Text)
    concurrency_limit: int | None = Field(default=None)
    active_key: str | None = Field(default=None, unique=True, sa_type=Text)
