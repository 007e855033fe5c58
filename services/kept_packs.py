"""The packs that are kept: which there are, what their files must be, and when they are over."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import IS_ACTIVE, IS_READY, OperationRun, PackStatus, ReviewPack, Tenant
from models.columns import from_now, utc_now
from policy.review_pack_polling import PackFacts, UxPackStatus, effective_status
from services import audit
from services.packs.storage.checksums import FileFacts, stored_facts
from services.packs.storage.disk import StoredEntry

_AT_ONCE = 100
_DOWNLOADS_HAVE = timedelta(hours=1)
_STRANGERS_STAY = timedelta(days=1)
_IS_DUE = and_(IS_READY, col(ReviewPack.expires_at) <= utc_now())


@dataclass(frozen=True, slots=True)
class KeptPack:
    """A pack as it lies on a disk; `facts` is None when what is stored of it makes no sense.

    `status` is the effective one as of the read.
    """

    id: int
    workspace_id: int
    tenant_id: int
    tenant_slug: str
    status: UxPackStatus
    options: Any
    disk: str | None
    path: str
    facts: FileFacts | None


@dataclass(frozen=True, slots=True)
class ReadyFile:
    """Where the file of a ready pack lies, and what is stored of it; none of it is checked."""

    path: str
    size: int | None
    sha256: str


def find_kept(session: Session, pack_id: int) -> KeptPack | None:
    """One pack in whatever state, for whoever has been found to see it."""
    row = session.execute(_kept().where(col(ReviewPack.id) == pack_id)).one_or_none()
    return None if row is None else _pack(row)


def find_ready(session: Session, pack_id: int) -> KeptPack | None:
    """The pack if it is ready and not past its time."""
    pack = find_kept(session, pack_id)
    return pack if pack is not None and pack.status is UxPackStatus.READY else None


def find_ready_ids(session: Session, workspace_id: int) -> list[int]:
    """The packs of a workspace that are ready, oldest first."""
    query = select(col(ReviewPack.id)).where(
        col(ReviewPack.workspace_id) == workspace_id,
        IS_READY,
        or_(col(ReviewPack.expires_at).is_(None), col(ReviewPack.expires_at) > utc_now()),
    )
    ids = session.scalars(query.order_by(col(ReviewPack.id)))
    return [pack_id for pack_id in ids if pack_id is not None]


def find_ready_files(session: Session, disk: str) -> list[ReadyFile]:
    """The files of all packs of the instance that are ready and lie on `disk`."""
    rows: Sequence[Any] = session.execute(
        select(col(ReviewPack.file_path), col(ReviewPack.file_size), col(ReviewPack.sha256))
        .where(IS_READY, col(ReviewPack.file_disk) == disk)
        .order_by(col(ReviewPack.id))
    ).all()
    return [ReadyFile(path or "", size, sha256 or "") for path, size, sha256 in rows]


def find_due(session: Session) -> bool:
    """Whether `expire` would find anything: a look that takes no write lock."""
    return session.scalar(select(col(ReviewPack.id)).where(_IS_DUE).limit(1)) is not None


def expire(session: Session) -> list[int]:
    """Mark packs that are past their time, at most 100; their ids. The files go later."""
    due = select(col(ReviewPack.id)).where(_IS_DUE).order_by(col(ReviewPack.id)).limit(_AT_ONCE)
    rows: Sequence[Any] = session.execute(
        update(ReviewPack)
        # Asked once more: another process may have been at it while we waited for the row.
        .where(col(ReviewPack.id).in_(due), _IS_DUE)
        .values(status=PackStatus.EXPIRED.value, updated_at=utc_now())
        .returning(col(ReviewPack.id), col(ReviewPack.workspace_id))
        .execution_options(synchronize_session=False)
    ).all()
    for pack_id, workspace_id in rows:
        audit.record(session, "pack.expired", "review_pack", pack_id, workspace_id=workspace_id)
    return [pack_id for pack_id, _workspace in rows]


def find_wanted(session: Session, entries: Iterable[StoredEntry]) -> set[str]:
    """The paths among `entries` that are to stay.

    A ready pack refers to the file, or the run is still at work that writes it by its token. The
    file of an expired one has an hour, for the downloads that had begun. A finished file that no
    pack refers to at all has a day: it may be another database's, as when an older one was put
    back.
    """
    entries = list(entries)
    tokens = {entry.token for entry in entries}
    held = set(
        session.scalars(
            select(col(OperationRun.lease_token)).where(
                IS_ACTIVE, col(OperationRun.lease_token).in_(tokens)
            )
        )
    )
    referred = set(
        session.scalars(
            select(col(ReviewPack.file_path)).where(
                IS_READY, col(ReviewPack.file_path).in_({entry.path for entry in entries})
            )
        )
    )
    wanted = {entry.path for entry in entries if entry.token in held or entry.path in referred}
    left = {entry for entry in entries if entry.path not in wanted and not entry.is_draft}
    return wanted | _fading(session, left) | _strangers(session, left)


def _fading(session: Session, entries: Collection[StoredEntry]) -> set[str]:
    """The paths of files whose packs have expired within the hour."""
    if not entries:
        return set()
    found = session.scalars(
        select(col(ReviewPack.file_path)).where(
            col(ReviewPack.file_path).in_({entry.path for entry in entries}),
            col(ReviewPack.status) == PackStatus.EXPIRED,
            col(ReviewPack.expires_at) > from_now(-_DOWNLOADS_HAVE),
        )
    )
    return {path for path in found if path is not None}


def _strangers(session: Session, entries: Collection[StoredEntry]) -> set[str]:
    """The paths of young files that no pack refers to."""
    if not entries:
        return set()
    day_ago: datetime = session.execute(select(from_now(-_STRANGERS_STAY))).scalar_one()
    young = {entry.path for entry in entries if entry.stored_at > day_ago}
    known = select(col(ReviewPack.file_path)).where(col(ReviewPack.file_path).in_(young))
    return young.difference(session.scalars(known))


def _kept() -> Select[Any]:
    return select(
        utc_now().label("now"),
        col(ReviewPack.id),
        col(ReviewPack.workspace_id),
        col(ReviewPack.tenant_id),
        col(Tenant.slug),
        col(ReviewPack.status),
        col(ReviewPack.options),
        col(ReviewPack.summary),
        col(ReviewPack.expires_at),
        col(ReviewPack.file_disk),
        col(ReviewPack.file_path),
        col(ReviewPack.file_size),
        col(ReviewPack.sha256),
    ).join(Tenant, col(Tenant.id) == col(ReviewPack.tenant_id))


def _pack(row: Row[Any]) -> KeptPack:
    index = row.summary.get("chunks") if isinstance(row.summary, dict) else None
    return KeptPack(
        id=row.id,
        workspace_id=row.workspace_id,
        tenant_id=row.tenant_id,
        tenant_slug=row.slug,
        status=effective_status(PackFacts(row.status, row.expires_at), row.now),
        options=row.options,
        disk=row.file_disk,
        path=row.file_path or "",
        facts=stored_facts(row.file_size, row.sha256, index),
    )
