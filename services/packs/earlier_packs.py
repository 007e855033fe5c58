"""The packs that were made of a tenant before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import ReviewPack, User
from services.packs.order import PackOrder
from services.packs.plain_text import plain, whole_number

MOST_PACKS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class EarlierPack:
    """A pack of the tenant as it is stored; what was asked of it is kept as it was found."""

    id: int
    created_at: datetime | None
    asked_by: str
    status: str
    expires_at: datetime | None
    file_size: int | None
    sha256: str
    period: tuple[str, str]


def read_earlier_packs(session: Session, order: PackOrder) -> list[EarlierPack]:
    """The latest packs before this one, at most 101: one more than are shown tells of the rest."""
    rows = session.execute(
        select(
            col(ReviewPack.id),
            col(ReviewPack.created_at),
            col(User.name),
            col(ReviewPack.status),
            col(ReviewPack.expires_at),
            col(ReviewPack.file_size),
            col(ReviewPack.sha256),
            col(ReviewPack.options),
        )
        .outerjoin(User, col(User.id) == col(ReviewPack.initiated_by_user_id))
        .where(
            col(ReviewPack.tenant_id) == order.tenant_id,
            col(ReviewPack.id) < order.pack_id,
        )
        .order_by(col(ReviewPack.id).desc())
        .limit(MOST_PACKS_SHOWN + 1)
    ).all()
    return [
        EarlierPack(
            id=pack_id or 0,
            created_at=created_at,
            asked_by=plain(name) or "System",
            status=plain(status, 20),
            expires_at=expires_at,
            file_size=whole_number(size),
            sha256=plain(sha256, 64),
            period=_period(options),
        )
        for pack_id, created_at, name, status, expires_at, size, sha256, options in rows
    ]


def _period(options: Any) -> tuple[str, str]:
    if not isinstance(options, dict):
        return "", ""
    return plain(options.get("from"), 10), plain(options.get("to"), 10)
