"""The audit trail of a workspace for people: filtered, newest first, by index and in bounded time.

One filter leads, by an index that has it in order of time; the others are applied to what it
brings, at most 20,000 entries at a time. What was not reached is said, and asked for next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from models import AuditEntry, User
from services.audit_filter import AuditFilter, leading, period, rest
from services.packs.audit_evidence import AuditRow

PAGE_SIZE = 50
MOST_SCANNED = 20_000
_MOST_ACTIONS = 200

_ENTRY = AuditEntry


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, newest first. `older_than` is where the next page begins, if there may be one;
    `is_cut` when this page was ended by the bound on what is looked at."""

    rows: tuple[AuditRow, ...]
    older_than: int | None
    is_cut: bool = False


def find_entries(
    session: Session, workspace_id: int, wanted: AuditFilter, size: int = PAGE_SIZE
) -> AuditPage:
    """One page of the workspace's trail; what belongs to none, or to another, is not in it."""
    actor_id = _actor_id(session, wanted)
    if wanted.actor_email is not None and actor_id is None:
        return AuditPage((), None)
    scanned = _scanned(workspace_id, wanted, actor_id)
    ids = session.scalars(_first_of(scanned, wanted, actor_id, size + 1)).all()
    rows = tuple(AuditRow._make(row) for row in session.execute(_rows(ids[:size])))
    if len(ids) > size:
        return AuditPage(rows, ids[size - 1])
    # Without a further filter all that was asked for was reached.
    has_rest = bool(rest(_ENTRY, wanted, actor_id))
    last = session.scalar(_last_of(scanned)) if has_rest else None
    return AuditPage(rows, last, is_cut=last is not None)


def find_actions(session: Session, workspace_id: int) -> list[str]:
    """Every kind of deed in the workspace's trail, by stepping from one to the next."""

    def next_after(condition: ColumnElement[bool]) -> Any:
        of_workspace = col(_ENTRY.workspace_id) == workspace_id
        return select(func.min(col(_ENTRY.action))).where(of_workspace, condition)

    steps = next_after(col(_ENTRY.action) > "").cte("steps", recursive=True)
    (name,) = steps.c
    following = next_after(col(_ENTRY.action) > name).correlate(steps).scalar_subquery()
    steps = steps.union_all(select(following).where(name.is_not(None)))
    (name,) = steps.c
    known = select(name).where(name.is_not(None)).limit(_MOST_ACTIONS)
    return [action for action in session.scalars(known) if action]


def _actor_id(session: Session, wanted: AuditFilter) -> int | None:
    if wanted.actor_email is None:
        return None
    return session.scalar(select(col(User.id)).where(col(User.email) == wanted.actor_email))


def _scanned(workspace_id: int, wanted: AuditFilter, actor_id: int | None) -> Select[Any]:
    """The entries to look at: those of the leading filter and the period, newest first."""
    return (
        select(_ENTRY)
        .where(leading(workspace_id, wanted, actor_id), *period(wanted))
        .where(*_before(workspace_id, wanted.older_than))
        .order_by(col(_ENTRY.at).desc(), col(_ENTRY.id).desc())
        .limit(MOST_SCANNED)
    )


def _before(workspace_id: int, entry_id: int | None) -> list[ColumnElement[bool]]:
    if entry_id is None:
        return []
    # As stored: a time that does not read as one still has its place in the order.
    at = (
        select(col(_ENTRY.at))
        .where(col(_ENTRY.id) == entry_id, col(_ENTRY.workspace_id) == workspace_id)
        .correlate(None)
        .scalar_subquery()
    )
    return [tuple_(col(_ENTRY.at), col(_ENTRY.id)) < tuple_(at, entry_id)]


def _first_of(
    scanned: Select[Any], wanted: AuditFilter, actor_id: int | None, limit: int
) -> Select[Any]:
    if not rest(_ENTRY, wanted, actor_id):
        return scanned.with_only_columns(col(_ENTRY.id)).limit(limit)
    seen = aliased(_ENTRY, scanned.subquery())
    return (
        select(col(seen.id))
        .where(*rest(seen, wanted, actor_id))
        .order_by(col(seen.at).desc(), col(seen.id).desc())
        .limit(limit)
    )


def _rows(ids: Sequence[int | None]) -> Select[Any]:
    subject = aliased(User)
    is_person = col(_ENTRY.object_type) == "user_account"
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
        .outerjoin(subject, and_(is_person, col(subject.id) == col(_ENTRY.object_id)))
        .where(col(_ENTRY.id).in_(ids))
        .order_by(col(_ENTRY.at).desc(), col(_ENTRY.id).desc())
    )


def _last_of(scanned: Select[Any]) -> Select[Any]:
    """The last entry that was looked at, if there may be more behind it."""
    return scanned.with_only_columns(col(_ENTRY.id)).limit(1).offset(MOST_SCANNED - 1)
