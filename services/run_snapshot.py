"""A run as it was at one moment, and the statement that such snapshots are read by."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache, cached_property
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Label, Row, Select, case, select, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import aliased
from sqlalchemy.types import NullType
from sqlmodel import col

from models import OperationRun, Tenant, User
from models.columns import utc_now
from policy.liveness import LifeFacts, Liveness, liveness
from policy.run_detail_polling import RunFacts
from policy.status import UxStatus, ux_status
from services.bulk_items import BulkResult
from services.remembering import Remembering
from services.run_trail import NO_TRAIL, RunTrail


@dataclass(frozen=True)
class RunSnapshot(Remembering):
    """What is persisted of a run, as read at `now` by the database's clock. Times are aware UTC.
    One that was only read at another time is equal.

    `queue_position` and all that follows is read for one run only, not for lists; `bulk` is what a
    bulk run has come to for each of its runs.
    """

    now: datetime = field(compare=False)
    id: int
    version: int
    workspace_id: int
    tenant_id: int | None
    tenant_slug: str | None
    tenant_name: str | None
    initiator_name: str | None
    type: str
    status: str | None
    outcome: str | None
    context: Any
    summary_counts: Any
    failure_summary: Any
    created_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    attempt: int
    deliveries: int
    cancel_requested_at: datetime | None
    retry_of_id: int | None
    runner: str | None
    priority: int
    available_at: datetime | None
    heartbeat_at: datetime | None
    lease_until: datetime | None
    lease_owner: str | None
    queue_position: int | None = None
    has_room: bool | None = None
    worker_seen_at: datetime | None = None
    trail: RunTrail = NO_TRAIL
    bulk: tuple[BulkResult, ...] = ()

    @cached_property
    def look(self) -> Hashable:
        """All that tells one sight of this run from another, whoever looks."""
        return self.version, self.ux_status, self.liveness, self.trail.newest_id

    @cached_property
    def ux_status(self) -> UxStatus:
        return ux_status(self.status, self.outcome)

    @cached_property
    def facts(self) -> RunFacts:
        return RunFacts(self.status, self.outcome, self.created_at, self.started_at)

    @cached_property
    def liveness(self) -> Liveness:
        """Whether anybody is there for it, as of the read."""
        facts = LifeFacts(
            status=self.status,
            outcome=self.outcome,
            runner=self.runner,
            created_at=self.created_at,
            available_at=self.available_at,
            queue_position=self.queue_position,
            has_room=self.has_room,
            worker_seen_at=self.worker_seen_at,
            heartbeat_at=self.heartbeat_at,
            lease_until=self.lease_until,
        )
        return liveness(facts, self.now)


# What is stored of a run, in the order of `RunSnapshot`.
_NAMES = tuple(field.name for field in fields(RunSnapshot))
STORED = _NAMES[_NAMES.index("id") : _NAMES.index("queue_position")]
# Of no version that a run can have.
NO_VERSION = -1
_ALWAYS_READ = ("id", "version")
_stored_of: Callable[[RunSnapshot], Sequence[Any]] = attrgetter(*STORED)
INITIATOR = aliased(User, name="initiator")
_JOINED = {
    "tenant_slug": col(Tenant.slug),
    "tenant_name": col(Tenant.name),
    "initiator_name": col(INITIATOR.name),
}


def stored_columns() -> list[Any]:
    """One for each of `STORED`, of a run with its tenant and `INITIATOR`."""
    return [_JOINED.get(name, getattr(OperationRun, name, None)) for name in STORED]


def runs_query() -> Select[Any]:
    """Runs as `snapshot_of` takes them."""
    named = zip(STORED, stored_columns(), strict=True)
    return (
        select(utc_now().label("now"), *(column.label(name) for name, column in named))
        .select_from(OperationRun)
        .outerjoin(Tenant, col(Tenant.id) == col(OperationRun.tenant_id))
        .outerjoin(INITIATOR, col(INITIATOR.id) == col(OperationRun.initiated_by_user_id))
    )


def columns_where(has_moved: ColumnElement[bool]) -> list[Label[Any]]:
    """One for each of `STORED`, as the database has it: null where the run has not moved, but for
    `id` and `version`. Together they come first in a row, for `stored_in`.
    """
    named = zip(STORED, stored_columns(), strict=True)
    return [
        as_stored(column if name in _ALWAYS_READ else case((has_moved, column))).label(name)
        for name, column in named
    ]


def as_stored(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column whose value is not read yet: most often there is nothing to be read of it."""
    return type_coerce(column, NullType())


def stored_in(row: Row[Any], last: RunSnapshot | None, dialect: Dialect) -> Sequence[Any]:
    """The values of `STORED` in a row that begins with `columns_where`; those of `last` when the
    row is of the same version.
    """
    if last is not None and last.version == row.version:
        return _stored_of(last)
    return [
        value if read is None else read(value)
        for read, value in zip(_readers(dialect), row, strict=False)
    ]


@cache
def _readers(dialect: Dialect) -> Sequence[Callable[[Any], Any] | None]:
    types = (column.type.dialect_impl(dialect) for column in stored_columns())
    return [kind.result_processor(dialect, None) for kind in types]


def snapshot_of(row: Row[Any]) -> RunSnapshot:
    """A row of `runs_query`, which may have further columns behind."""
    return RunSnapshot(*row[: len(STORED) + 1])
