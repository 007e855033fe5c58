"""A review pack as it was at one moment, and the statement that such snapshots are read by."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Label,
    Row,
    ScalarSelect,
    Select,
    and_,
    func,
    select,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from models import AuditEntry, OperationRun, ReviewPack, RunStatus, User
from models.columns import utc_now
from policy.liveness import LifeFacts, Liveness, liveness
from policy.review_pack_polling import PackFacts, UxPackStatus, effective_status
from policy.status import UxStatus, ux_status
from services.queue_place import place_columns, positions

_NOT_STORED = ("now", "queue_position", "has_room", "worker_seen_at")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PackRun:
    """The run that makes a pack, by the names that runs have, as read at `now`.

    `queue_position` and what follows is as in `services.queue_place`.
    """

    now: datetime = field(compare=False)
    id: int
    version: int
    status: str | None
    outcome: str | None
    summary_counts: Any
    failure_summary: Any
    created_at: datetime | None
    completed_at: datetime | None
    attempt: int
    cancel_requested_at: datetime | None
    runner: str | None
    available_at: datetime | None
    heartbeat_at: datetime | None
    lease_until: datetime | None
    lease_owner: str | None
    queue_position: int | None
    has_room: bool | None
    worker_seen_at: datetime | None

    @property
    def ux_status(self) -> UxStatus:
        return ux_status(self.status, self.outcome)

    @property
    def has_ended(self) -> bool:
        """Whatever came of it, be it an outcome that nobody knows; as asking for a pack judges."""
        return self.status == RunStatus.COMPLETED

    @property
    def liveness(self) -> Liveness:
        """Whether anybody is there for it, as of the read."""
        facts = LifeFacts(**{name: getattr(self, name) for name in LifeFacts.__slots__})
        return liveness(facts, self.now)


@dataclass(frozen=True, slots=True)
class PackSnapshot:
    """A pack as persisted at `now` by the database's clock. Times are aware UTC.

    `run` is None for a pack without one; `newest_download_id` tells that it was fetched again.
    """

    now: datetime = field(compare=False)
    id: int
    workspace_id: int
    tenant_id: int
    status: str | None
    options: Any
    summary: Any
    initiator_name: str | None
    created_at: datetime | None
    updated_at: datetime | None
    generated_at: datetime | None
    expires_at: datetime | None
    file_size: int | None
    sha256: str | None
    newest_download_id: int | None
    run: PackRun | None

    @property
    def facts(self) -> PackFacts:
        return PackFacts(self.status, self.expires_at)

    def ux_status(self, now: datetime) -> UxPackStatus:
        """Its status at `now`: past its time, ready is expired."""
        return effective_status(self.facts, now)

    @property
    def finished_at(self) -> datetime | None:
        """When its making ended. Not `generated_at`: that is as of when its evidence was read."""
        ended_at = None if self.run is None else self.run.completed_at
        return ended_at or self.updated_at

    @property
    def at_rest(self) -> "PackSnapshot":
        """All that is stored of it, without when it was read and how its run is doing."""
        return replace(self, now=_EPOCH, run=None)

    @property
    def version(self) -> int:
        """`updated_at` in microseconds since the epoch; 0 when nobody noted it."""
        if self.updated_at is None:
            return 0
        return (self.updated_at - _EPOCH) // timedelta(microseconds=1)


def packs_query(packs: FromClause | type[ReviewPack] = ReviewPack) -> Select[Any]:
    """Packs with their runs, as `snapshots_of` takes them; `packs` may be more than their table."""
    initiator = aliased(User)
    return (
        select(
            select(utc_now()).scalar_subquery().label("now"),
            col(ReviewPack.id),
            col(ReviewPack.workspace_id),
            col(ReviewPack.tenant_id),
            col(ReviewPack.status),
            col(ReviewPack.options),
            col(ReviewPack.summary),
            col(initiator.name).label("initiator_name"),
            col(ReviewPack.created_at),
            col(ReviewPack.updated_at),
            col(ReviewPack.generated_at),
            col(ReviewPack.expires_at),
            col(ReviewPack.file_size),
            col(ReviewPack.sha256),
            _newest_download().label("newest_download_id"),
            *_run_columns(),
        )
        .select_from(packs)
        .outerjoin(OperationRun, col(OperationRun.id) == col(ReviewPack.operation_run_id))
        .outerjoin(initiator, col(initiator.id) == col(ReviewPack.initiated_by_user_id))
    )


def snapshots_of(rows: Sequence[Row[Any]]) -> list[PackSnapshot]:
    """All rows of a statement that began as `packs_query`."""
    places = positions({row.run_id: row.queue_head for row in rows})
    return [_snapshot(row, places.get(row.run_id)) for row in rows]


def _run_columns() -> list[Label[Any]]:
    names = [name for name in PackRun.__slots__ if name not in _NOT_STORED]
    stored = [getattr(OperationRun, name).label(f"run_{name}") for name in names]
    return [*stored, *place_columns()]


def _newest_download() -> ScalarSelect[Any]:
    newest = select(func.max(col(AuditEntry.id))).where(is_download(col(ReviewPack.id)))
    return newest.correlate(ReviewPack).scalar_subquery()


def is_download(pack_id: Any) -> ColumnElement[bool]:
    """Of the trail, that somebody has fetched this pack."""
    return and_(
        col(AuditEntry.object_type) == "review_pack",
        col(AuditEntry.object_id) == pack_id,
        col(AuditEntry.action) == "pack.downloaded",
    )


def _snapshot(row: Row[Any], place: int | None) -> PackSnapshot:
    names = (name for name in PackSnapshot.__slots__ if name != "run")
    return PackSnapshot(**{name: getattr(row, name) for name in names}, run=_run(row, place))


def _run(row: Row[Any], place: int | None) -> PackRun | None:
    if row.run_id is None:
        return None
    names = (name for name in PackRun.__slots__ if name not in _NOT_STORED)
    return PackRun(
        now=row.now,
        **{name: getattr(row, f"run_{name}") for name in names},
        queue_position=place,
        has_room=row.has_room,
        worker_seen_at=row.worker_seen_at,
    )
