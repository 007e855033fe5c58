"""The audit trail as far as it concerns one tenant, read in bounded memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from models import AuditEntry, OperationRun, ReviewPack, User
from services.packs.keyset import IdRange, id_ranges
from services.packs.order import PackOrder
from services.packs.place import Place
from services.packs.plain_text import whole_number

_SLICE = 1_000
_ENTRY = AuditEntry
_IS_OF_MEMBERS = col(_ENTRY.action).startswith("member.", autoescape=True)


class AuditRow(NamedTuple):
    """A stored entry, with who did it and, where it was done to a person, to whom."""

    id: int
    at: datetime | None
    actor: str | None
    actor_email: str | None
    action: str
    object_type: str
    object_id: int | None
    subject: str | None
    subject_email: str | None
    details: Any

    @property
    def is_of_members(self) -> bool:
        return self.action.startswith("member.")


@dataclass(frozen=True, slots=True)
class AuditSlice:
    """At most a thousand entries, and the share of the workspace's trail read up to here."""

    rows: Sequence[AuditRow]
    share: float


def read_audit(
    session: Session, place: Place, order: PackOrder, *, only_members: bool
) -> Iterator[AuditSlice]:
    """The entries of the period on the tenant itself, its runs, its packs, and on the members
    of the tenant and its workspace; or `only_members`. Oldest first."""
    of_workspace = col(_ENTRY.workspace_id) == place.workspace_id
    about = _IS_OF_MEMBERS if only_members else _is_about(place, order)
    for ids in id_ranges(session, col(_ENTRY.id), of_workspace):
        found = session.execute(_entries(order, ids).where(of_workspace, about))
        rows = [row for row in map(AuditRow._make, found) if _reaches(row, place)]
        for begin in range(0, max(len(rows), 1), _SLICE):
            yield AuditSlice(rows[begin : begin + _SLICE], ids.share)


def _is_about(place: Place, order: PackOrder) -> ColumnElement[bool]:
    def is_on(object_type: str, object_id: int | None) -> ColumnElement[bool]:
        return and_(col(_ENTRY.object_type) == object_type, col(_ENTRY.object_id) == object_id)

    return and_(
        or_(
            col(OperationRun.tenant_id) == place.tenant_id,
            col(ReviewPack.tenant_id) == place.tenant_id,
            is_on("tenant", place.tenant_id),
            _IS_OF_MEMBERS,
        ),
        # The making of this very pack is still going on.
        not_(is_on("review_pack", order.pack_id)),
        not_(is_on("operation_run", order.run_id or 0)),
    )


def _entries(order: PackOrder, ids: IdRange) -> Select[Any]:
    subject = aliased(User)

    def joins(table: Any, object_type: str) -> ColumnElement[bool]:
        return and_(col(_ENTRY.object_type) == object_type, col(table.id) == col(_ENTRY.object_id))

    return (
        select(
            col(_ENTRY.id),
            col(_ENTRY.at),
            col(User.name),
            col(User.email),
            col(_ENTRY.action),
            col(_ENTRY.object_type),
            col(_ENTRY.object_id),
            col(subject.name),
            col(subject.email),
            col(_ENTRY.details),
        )
        .select_from(_ENTRY)
        .outerjoin(User, col(User.id) == col(_ENTRY.actor_user_id))
        .outerjoin(subject, joins(subject, "user_account"))
        .outerjoin(OperationRun, joins(OperationRun, "operation_run"))
        .outerjoin(ReviewPack, joins(ReviewPack, "review_pack"))
        .where(
            col(_ENTRY.id) > ids.after,
            col(_ENTRY.id) <= ids.up_to,
            col(_ENTRY.at) >= order.options.period_from,
            col(_ENTRY.at) < order.options.period_to,
        )
        .order_by(col(_ENTRY.id))
    )


def _reaches(row: AuditRow, place: Place) -> bool:
    """Whether a change of members was one of the whole workspace or of this tenant."""
    if not row.is_of_members:
        return True
    if not isinstance(row.details, Mapping) or "tenant" not in row.details:
        return False  # it may be of another tenant, which this one's readers must not learn of
    tenant_id = whole_number(row.details.get("tenant_id"))
    if tenant_id is not None:  # it outlives a change of the slug
        return tenant_id == place.tenant_id
    return row.details["tenant"] in (None, place.tenant_slug)
