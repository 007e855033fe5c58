"""What a person sees of a tenant's review packs: the latest one as it comes along, and the rest."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Label,
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from models import AuditEntry, OperationRun, ReviewPack, RunStatus, User
from models.columns import BigIntegerId, utc_now
from policy.liveness import LifeFacts, Liveness, liveness
from policy.review_pack_polling import PackFacts, UxPackStatus, effective_status
from policy.status import UxStatus, ux_status
from services.queue_place import place_columns, positions
from services.remembering import Remembering

MOST_EARLIER = 10
MOST_DOWNLOADS = 5
_MOST_DOWNLOAD_LINES = 1000

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


@dataclass(frozen=True, slots=True)
class Download:
    """Who fetched a pack, and when."""

    at: datetime | None
    actor_name: str | None


@dataclass(frozen=True, slots=True)
class CardDetails:
    """The packs before the latest, newest first, and who fetched the latest one."""

    earlier: tuple[PackSnapshot, ...] = ()
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class DetailsKey:
    """What the details of a card depend on: equal keys have equal details."""

    tenant_id: int
    pack_id: int | None
    status: str | None
    with_downloads: bool
    newest_download_id: int | None


@dataclass(frozen=True)
class CardSnapshot(Remembering):
    """The tenant's latest pack at `now`, None when it has none; what stands around it comes after.

    `details` are of the viewer, who may see more or less of them; the rest is everybody's.
    """

    now: datetime = field(compare=False)
    pack: PackSnapshot | None
    details: CardDetails = CardDetails()

    @property
    def read_at(self) -> datetime:
        """When it was read, also as of another moment; without a pack there is none."""
        return self.now if self.pack is None else self.pack.now

    def details_key(self, tenant_id: int, *, with_downloads: bool) -> DetailsKey:
        """What to read the details by; the making of a pack changes none of them."""
        if self.pack is None:
            return DetailsKey(tenant_id, None, None, with_downloads, None)
        newest = self.pack.newest_download_id if with_downloads else None
        return DetailsKey(tenant_id, self.pack.id, self.pack.status, with_downloads, newest)

    def at(self, now: datetime) -> "CardSnapshot":
        """The same facts as of another moment."""
        return replace(self, now=now)


def find_card(session: Session, tenant_id: int) -> CardSnapshot:
    """The latest pack of a tenant, for whoever has been found to see it; one statement."""
    row = session.execute(_LATEST, {"tenant_id": tenant_id, "most": 1}).one_or_none()
    if row is None:
        now: datetime = session.execute(select(utc_now())).scalar_one()
        return CardSnapshot(now, None)
    return CardSnapshot(row.now, _snapshot(row))


def find_pack(session: Session, pack_id: int) -> PackSnapshot | None:
    """One pack by id, for whoever has been found to see it."""
    row = session.execute(_packs().where(col(ReviewPack.id) == pack_id)).one_or_none()
    return None if row is None else _snapshot(row)


def find_card_details(session: Session, key: DetailsKey) -> CardDetails:
    """What stands around the card; `with_downloads` is for those who may see the audit trail."""
    if key.pack_id is None:
        return CardDetails()
    rows = session.execute(_LATEST, {"tenant_id": key.tenant_id, "most": MOST_EARLIER + 1}).all()
    packs = [_snapshot(row) for row in rows]
    downloads = _downloads(session, key.pack_id) if key.with_downloads else ()
    earlier = tuple(pack for pack in packs if pack.id < key.pack_id)
    return CardDetails(earlier[:MOST_EARLIER], downloads)


def _packs() -> Select[Any]:
    initiator = aliased(User)
    return (
        select(
            utc_now().label("now"),
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
        .select_from(ReviewPack)
        .outerjoin(OperationRun, col(OperationRun.id) == col(ReviewPack.operation_run_id))
        .outerjoin(initiator, col(initiator.id) == col(ReviewPack.initiated_by_user_id))
    )


def _run_columns() -> list[Label[Any]]:
    names = [name for name in PackRun.__slots__ if name not in _NOT_STORED]
    stored = [getattr(OperationRun, name).label(f"run_{name}") for name in names]
    return [*stored, *place_columns()]


def _newest_download() -> ScalarSelect[Any]:
    newest = select(func.max(col(AuditEntry.id))).where(_is_download(col(ReviewPack.id)))
    return newest.correlate(ReviewPack).scalar_subquery()


def _is_download(pack_id: Any) -> ColumnElement[bool]:
    return and_(
        col(AuditEntry.object_type) == "review_pack",
        col(AuditEntry.object_id) == pack_id,
        col(AuditEntry.action) == "pack.downloaded",
    )


# Built once, as building it takes far longer than answering it.
_LATEST = (
    _packs()
    .where(col(ReviewPack.tenant_id) == bindparam("tenant_id", type_=BigIntegerId))
    .order_by(col(ReviewPack.id).desc())
    .limit(bindparam("most", type_=Integer))
)


def _snapshot(row: Row[Any]) -> PackSnapshot:
    names = (name for name in PackSnapshot.__slots__ if name != "run")
    return PackSnapshot(**{name: getattr(row, name) for name in names}, run=_run(row))


def _run(row: Row[Any]) -> PackRun | None:
    if row.run_id is None:
        return None
    names = (name for name in PackRun.__slots__ if name not in _NOT_STORED)
    stored = {name: getattr(row, f"run_{name}") for name in names}
    place = positions({row.run_id: row.queue_head}).get(row.run_id)
    return PackRun(
        now=row.now,
        **stored,
        queue_position=place,
        has_room=row.has_room,
        worker_seen_at=row.worker_seen_at,
    )


def _downloads(session: Session, pack_id: int) -> tuple[Download, ...]:
    """Those that began with the first byte: one that comes in parts leaves a line for each."""
    rows = session.execute(
        select(col(AuditEntry.details), col(AuditEntry.at), col(User.name))
        .outerjoin(User, col(User.id) == col(AuditEntry.actor_user_id))
        .where(_is_download(pack_id))
        .order_by(col(AuditEntry.id).desc())
        .limit(_MOST_DOWNLOAD_LINES)
    )
    # Looked at here, as the text of another program need not be JSON to the database.
    begun = (Download(at, name) for details, at, name in rows if _first_byte(details) == 0)
    return tuple(islice(begun, MOST_DOWNLOADS))


def _first_byte(details: Any) -> Any:
    return details.get("first_byte", 0) if isinstance(details, dict) else 0
