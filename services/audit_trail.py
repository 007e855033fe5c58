"""The audit trail of a workspace for people: filtered, newest first, by index and in bounded time.

One filter leads, by an index that has it in order of time; the others are applied to what it
brings, at most 20,000 entries at a time. What was not reached is said, and asked for next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from sqlalchemy.orm import Mapped, Session, aliased
from sqlmodel import col

from models import AuditEntry, User
from services.packs.audit_evidence import AuditRow

PAGE_SIZE = 50
MOST_SCANNED = 20_000
_MOST_ACTIONS = 200

_ENTRY = AuditEntry


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to show. `by_system` asks for what no person did; times are aware, the end excluded.

    With `actor_email` only what the account with this address did.
    """

    actor_email: str | None = None
    by_system: bool = False
    action: str | None = None
    object_type: str | None = None
    object_id: int | None = None
    begin: datetime | None = None
    end: datetime | None = None
    older_than: int | None = None


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
    has_rest = bool(_rest(_ENTRY, wanted, actor_id))
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
        .where(_leading(workspace_id, wanted, actor_id), *_period(wanted))
        .where(*_before(workspace_id, wanted.older_than))
        .order_by(col(_ENTRY.at).desc(), col(_ENTRY.id).desc())
        .limit(MOST_SCANNED)
    )


def _leading(workspace_id: int, wanted: AuditFilter, actor_id: int | None) -> ColumnElement[bool]:
    of_workspace = col(_ENTRY.workspace_id) == workspace_id
    match _leader(wanted, actor_id):
        case "object":
            # Added to nothing, so that no index of the workspace is taken for the better one.
            return and_(_is_on(_ENTRY, wanted), col(_ENTRY.workspace_id) + 0 == workspace_id)
        case "actor":
            return and_(of_workspace, _is_by(_ENTRY, actor_id))
        case "action":
            return and_(of_workspace, col(_ENTRY.action) == wanted.action)
    return of_workspace


def _leader(wanted: AuditFilter, actor_id: int | None) -> str:
    """Which filter brings the fewest entries, as far as one can know."""
    if wanted.object_type is not None and wanted.object_id is not None:
        return "object"
    if actor_id is not None or wanted.by_system:
        return "actor"
    return "" if wanted.action is None else "action"


def _rest(entry: Any, wanted: AuditFilter, actor_id: int | None) -> list[ColumnElement[bool]]:
    """The filters that do not lead."""
    leader = _leader(wanted, actor_id)
    rest = []
    if wanted.object_type is not None and leader != "object":
        rest.append(_is_on(entry, wanted))
    if (actor_id is not None or wanted.by_system) and leader != "actor":
        rest.append(_is_by(entry, actor_id))
    if wanted.action is not None and leader != "action":
        rest.append(col(entry.action) == wanted.action)
    return rest


def _period(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    at = col(_ENTRY.at)
    bounds = []
    if wanted.begin is not None:
        bounds.append(at >= wanted.begin)
    if wanted.end is not None:
        bounds.append(at < wanted.end)
    return bounds


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
    if not _rest(_ENTRY, wanted, actor_id):
        return scanned.with_only_columns(col(_ENTRY.id)).limit(limit)
    seen = aliased(_ENTRY, scanned.subquery())
    return (
        select(col(seen.id))
        .where(*_rest(seen, wanted, actor_id))
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


def _is_on(entry: Any, wanted: AuditFilter) -> ColumnElement[bool]:
    is_type = col(entry.object_type) == wanted.object_type
    if wanted.object_id is None:
        return is_type
    return and_(is_type, col(entry.object_id) == wanted.object_id)


def _is_by(entry: Any, actor_id: int | None) -> ColumnElement[bool]:
    actor: Mapped[int | None] = col(entry.actor_user_id)
    return actor.is_(None) if actor_id is None else actor == actor_id
