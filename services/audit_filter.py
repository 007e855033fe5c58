"""What is asked of the audit trail, and which of it an index answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Mapped
from sqlmodel import col

from models import AuditEntry

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


def leading(workspace_id: int, wanted: AuditFilter, actor_id: int | None) -> ColumnElement[bool]:
    """The condition that an index serves: of the workspace, and of the one filter that leads."""
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


def rest(entry: Any, wanted: AuditFilter, actor_id: int | None) -> list[ColumnElement[bool]]:
    """The filters that do not lead."""
    leader = _leader(wanted, actor_id)
    others = []
    if wanted.object_type is not None and leader != "object":
        others.append(_is_on(entry, wanted))
    if (actor_id is not None or wanted.by_system) and leader != "actor":
        others.append(_is_by(entry, actor_id))
    if wanted.action is not None and leader != "action":
        others.append(col(entry.action) == wanted.action)
    return others


def period(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    """The condition of its time, which the same index serves."""
    at = col(_ENTRY.at)
    bounds = []
    if wanted.begin is not None:
        bounds.append(at >= wanted.begin)
    if wanted.end is not None:
        bounds.append(at < wanted.end)
    return bounds


def _leader(wanted: AuditFilter, actor_id: int | None) -> str:
    """Which filter brings the fewest entries, as far as one can know."""
    if wanted.object_type is not None and wanted.object_id is not None:
        return "object"
    if actor_id is not None or wanted.by_system:
        return "actor"
    return "" if wanted.action is None else "action"


def _is_on(entry: Any, wanted: AuditFilter) -> ColumnElement[bool]:
    is_type = col(entry.object_type) == wanted.object_type
    if wanted.object_id is None:
        return is_type
    return and_(is_type, col(entry.object_id) == wanted.object_id)


def _is_by(entry: Any, actor_id: int | None) -> ColumnElement[bool]:
    actor: Mapped[int | None] = col(entry.actor_user_id)
    return actor.is_(None) if actor_id is None else actor == actor_id
