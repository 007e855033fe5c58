"""What a person sees of a tenant's review packs: the latest one as it comes along, and the rest."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Text, bindparam, func, outerjoin, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from models import AuditEntry, ReviewPack, User
from models.columns import BigIntegerId
from models.expressions import elements_of, number_at
from services.pack_snapshot import PackRun, PackSnapshot, is_download, packs_query, snapshots_of
from services.remembering import Remembering

__all__ = [
    "MOST_DOWNLOADS",
    "MOST_EARLIER",
    "CardDetails",
    "CardSnapshot",
    "DetailsKey",
    "Download",
    "PackRun",
    "PackSnapshot",
    "find_card",
    "find_card_details",
    "find_cards",
    "find_pack",
]

MOST_EARLIER = 10
MOST_DOWNLOADS = 5
_MOST_DOWNLOAD_LINES = 1000


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

    def details_key(self, tenant_id: int, *, with_downloads: bool) -> DetailsKey:
        """What to read the details by; the making of a pack changes none of them."""
        if self.pack is None:
            return DetailsKey(tenant_id, None, None, with_downloads, None)
        newest = self.pack.newest_download_id if with_downloads else None
        return DetailsKey(tenant_id, self.pack.id, self.pack.status, with_downloads, newest)

    def at(self, now: datetime) -> "CardSnapshot":
        """The same facts as of another moment."""
        return replace(self, now=now)


def find_cards(session: Session, tenant_ids: Collection[int]) -> dict[int, CardSnapshot]:
    """The latest pack of each tenant, for whoever has been found to see it; one statement."""
    asked = json.dumps([(tenant_id,) for tenant_id in tenant_ids])
    rows = session.execute(_LATEST_OF_EACH, {"tenants": asked}).all()
    found = [row for row in rows if row.id is not None]
    packs = {pack.tenant_id: pack for pack in snapshots_of(found)}
    return {row.asked_id: CardSnapshot(row.now, packs.get(row.asked_id)) for row in rows}


def find_card(session: Session, tenant_id: int) -> CardSnapshot:
    """`find_cards` of one tenant."""
    return find_cards(session, (tenant_id,))[tenant_id]


def find_pack(session: Session, pack_id: int) -> PackSnapshot | None:
    """One pack by id, for whoever has been found to see it."""
    rows = session.execute(_OF_ID, {"pack_id": pack_id}).all()
    return next(iter(snapshots_of(rows)), None)


def find_card_details(session: Session, key: DetailsKey) -> CardDetails:
    """What stands around the card; `with_downloads` is for those who may see the audit trail."""
    if key.pack_id is None:
        return CardDetails()
    packs = snapshots_of(session.execute(_NEWEST, {"tenant_id": key.tenant_id}).all())
    downloads = _downloads(session, key.pack_id) if key.with_downloads else ()
    earlier = tuple(pack for pack in packs if pack.id < key.pack_id)
    return CardDetails(earlier[:MOST_EARLIER], downloads)


def _downloads(session: Session, pack_id: int) -> tuple[Download, ...]:
    """Those that began with the first byte: one that comes in parts leaves a line for each."""
    rows = session.execute(
        select(col(AuditEntry.details), col(AuditEntry.at), col(User.name))
        .outerjoin(User, col(User.id) == col(AuditEntry.actor_user_id))
        .where(is_download(pack_id))
        .order_by(col(AuditEntry.id).desc())
        .limit(_MOST_DOWNLOAD_LINES)
    )
    # Looked at here, as the text of another program need not be JSON to the database.
    begun = (Download(at, name) for details, at, name in rows if _first_byte(details) == 0)
    return tuple(islice(begun, MOST_DOWNLOADS))


def _first_byte(details: Any) -> Any:
    return details.get("first_byte", 0) if isinstance(details, dict) else 0


# Built once, as building them takes far longer than answering them.
_OF_ID = packs_query().where(col(ReviewPack.id) == bindparam("pack_id", type_=BigIntegerId))
_NEWEST = (
    packs_query()
    .where(col(ReviewPack.tenant_id) == bindparam("tenant_id", type_=BigIntegerId))
    .order_by(col(ReviewPack.id).desc())
    .limit(MOST_EARLIER + 1)
)
_TENANT = elements_of(bindparam("tenants", type_=Text)).table_valued("value", name="tenant")
_TENANT_ID = number_at(_TENANT.c.value, 0)
_PACK = aliased(ReviewPack, name="of_tenant")
_LATEST = select(func.max(col(_PACK.id))).where(col(_PACK.tenant_id) == _TENANT_ID)
_IS_LATEST = col(ReviewPack.id) == _LATEST.correlate(_TENANT).scalar_subquery()
_LATEST_OF_EACH = packs_query(outerjoin(_TENANT, ReviewPack, _IS_LATEST)).add_columns(
    _TENANT_ID.label("asked_id")
)
