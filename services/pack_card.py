"""What a person sees of a tenant's review packs: the latest one as it comes along, and the rest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from models import AuditEntry, OperationRun, ReviewPack, User
from models.columns import utc_now
from policy.review_pack_polling import PackFacts, UxPackStatus, effective_status
from services.queue_place import place_columns

MOST_EARLIER = 10
MOST_DOWNLOADS = 5


@dataclass(frozen=True, slots=True)
class PackSnapshot:
    """A pack as persisted at `now` by the database's clock, with how far its run has come.

    The run's columns are None for a pack without one. `queue_position` and `worker_seen_at` are
    as in `services.queue_place`. `stage` and `share` (0…1) say what its making is at.
    """

    now: datetime
    id: int
    workspace_id: int
    tenant_id: int
    run_id: int | None
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
    run_version: int | None
    run_status: str | None
    run_outcome: str | None
    run_counts: Any
    run_failures: Any
    run_attempt: int | None
    run_cancel_requested_at: datetime | None
    queue_position: int | None
    has_room: bool | None
    worker_seen_at: datetime | None

    @property
    def facts(self) -> PackFacts:
        return PackFacts(self.status, self.expires_at)

    def ux_status(self, now: datetime) -> UxPackStatus:
        """Its status at `now`: past its time, ready is expired."""
        return effective_status(self.facts, now)

    @property
    def version(self) -> int:
        """`updated_at` in microseconds since the epoch; 0 when nobody noted it."""
        return 0 if self.updated_at is None else round(self.updated_at.timestamp() * 1_000_000)


@dataclass(frozen=True, slots=True)
class CardSnapshot:
    """The tenant's latest pack at `now`, or None when it has none."""

    now: datetime
    pack: PackSnapshot | None


@dataclass(frozen=True, slots=True)
class Download:
    """Who fetched a pack, and when."""

    at: datetime | None
    actor_name: str | None


@dataclass(frozen=True, slots=True)
class CardDetails:
    """The packs before the latest, newest first, and who fetched the latest one."""

    earlier: tuple[PackSnapshot, ...]
    downloads: tuple[Download, ...]


def find_card(session: Session, tenant_id: int) -> CardSnapshot:
    """The latest pack of a tenant, for whoever has been found to see it; one statement."""
    row = session.execute(_latest(tenant_id)).one_or_none()
    if row is None:
        now: datetime = session.execute(select(utc_now())).scalar_one()
        return CardSnapshot(now, None)
    return CardSnapshot(row.now, _snapshot(row))


def find_pack(session: Session, pack_id: int) -> PackSnapshot | None:
    """One pack by id, for whoever has been found to see it."""
    row = session.execute(_packs().where(col(ReviewPack.id) == pack_id)).one_or_none()
    return None if row is None else _snapshot(row)


def find_card_details(session: Session, tenant_id: int, *, with_downloads: bool) -> CardDetails:
    """What stands around the card; `with_downloads` for those who may see the audit trail."""
    rows = session.execute(_latest(tenant_id, MOST_EARLIER + 1)).all()
    packs = [_snapshot(row) for row in rows]
    downloads = _downloads(session, packs[0].id) if packs and with_downloads else ()
    return CardDetails(tuple(packs[1:]), downloads)


def _latest(tenant_id: int, count: int = 1) -> Select[Any]:
    query = _packs().where(col(ReviewPack.tenant_id) == tenant_id)
    return query.order_by(col(ReviewPack.id).desc()).limit(count)


def _packs() -> Select[Any]:
    initiator = aliased(User)
    return (
        select(
            utc_now().label("now"),
            col(ReviewPack.id),
            col(ReviewPack.workspace_id),
            col(ReviewPack.tenant_id),
            col(ReviewPack.operation_run_id).label("run_id"),
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
            col(OperationRun.version).label("run_version"),
            col(OperationRun.status).label("run_status"),
            col(OperationRun.outcome).label("run_outcome"),
            col(OperationRun.summary_counts).label("run_counts"),
            col(OperationRun.failure_summary).label("run_failures"),
            col(OperationRun.attempt).label("run_attempt"),
            col(OperationRun.cancel_requested_at).label("run_cancel_requested_at"),
            *place_columns(),
        )
        .select_from(ReviewPack)
        .outerjoin(OperationRun, col(OperationRun.id) == col(ReviewPack.operation_run_id))
        .outerjoin(initiator, col(initiator.id) == col(ReviewPack.initiated_by_user_id))
    )


def _snapshot(row: Row[Any]) -> PackSnapshot:
    return PackSnapshot(**{name: getattr(row, name) for name in PackSnapshot.__slots__})


def _downloads(session: Session, pack_id: int) -> tuple[Download, ...]:
    rows = session.execute(
        select(col(AuditEntry.at), col(User.name))
        .outerjoin(User, col(User.id) == col(AuditEntry.actor_user_id))
        .where(
            col(AuditEntry.object_type) == "review_pack",
            col(AuditEntry.object_id) == pack_id,
            col(AuditEntry.action) == "pack.downloaded",
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(MOST_DOWNLOADS)
    ).all()
    return tuple(Download(*row) for row in rows)
