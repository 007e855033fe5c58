"""Word that a kind of failure is known: given with a note, shown to colleagues, withdrawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import FailureAcknowledgement, User
from models.columns import from_now, utc_now
from policy.access import Action
from services import audit
from services.auth import Viewer, viewer_in
from services.operations import NotAllowedError
from services.packs.plain_text import plain

LONGEST_NOTE = 500
# What nothing has mended for so long is to be looked at again; this also bounds what is read.
HOLDS_FOR = timedelta(days=7)
_MOST_READ = 1_000
_TABLE = FailureAcknowledgement.metadata.tables["failure_acknowledgement"]

# The newest failed run of each tenant, or of the workspace itself (None).
Newest = Mapping[int | None, int]


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who said so, when, and with what note; `covers` is the newest failure of each tenant then."""

    id: int
    by: str
    at: datetime | None
    note: str
    covers: tuple[tuple[int | None, int], ...]


def find_acknowledgements(session: Session, workspace_id: int) -> dict[str, Acknowledgement]:
    """Those that hold in a workspace, by fingerprint."""
    rows = session.execute(
        select(_TABLE, col(User.name).label("by"))
        .outerjoin(User, col(User.id) == _TABLE.c.acknowledged_by_user_id)
        .where(
            _TABLE.c.workspace_id == workspace_id,
            _TABLE.c.acknowledged_at > from_now(-HOLDS_FOR),
        )
        .order_by(_TABLE.c.id.desc())
        .limit(_MOST_READ)
    ).all()
    newest = {row.fingerprint: row for row in reversed(rows)}
    return {
        fingerprint: Acknowledgement(
            row.id, row.by or "", row.acknowledged_at, row.note, _readable(row.covers)
        )
        for fingerprint, row in newest.items()
        if row.withdrawn_at is None
    }


def acknowledge(
    session: Session,
    viewer: Viewer,
    workspace_id: int,
    fingerprint: str,
    kind: tuple[str, str],
    newest: Newest,
    note: str,
) -> None:
    """Note that the failures of a fingerprint, of `kind` (type, code), are known as they were seen.

    Raises `NotAllowedError`.
    """
    _require(session, viewer, workspace_id)
    type_, code = kind
    values = {
        "workspace_id": workspace_id,
        "fingerprint": fingerprint,
        "type": type_,
        "code": code,
        "note": plain(note.strip(), LONGEST_NOTE),
        "covers": [list(pair) for pair in newest.items()],
        "acknowledged_by_user_id": viewer.user_id,
    }
    number = session.execute(insert(_TABLE).values(values).returning(_TABLE.c.id)).scalar_one()
    _record(session, viewer, "failure.acknowledged", number, values)


def withdraw(session: Session, viewer: Viewer, workspace_id: int, acknowledgement_id: int) -> None:
    """Take an acknowledgement back, unless it was already. Raises `NotAllowedError`."""
    _require(session, viewer, workspace_id)
    row = session.execute(
        update(_TABLE)
        .where(
            _TABLE.c.id == acknowledgement_id,
            _TABLE.c.workspace_id == workspace_id,
            _TABLE.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=utc_now())
        .returning(*_TABLE.c)
    ).one_or_none()
    if row is not None:
        _record(session, viewer, "failure.acknowledgement_withdrawn", row.id, row._asdict())


def _require(session: Session, viewer: Viewer, workspace_id: int) -> None:
    now = viewer_in(session, viewer.session_id)
    if now is None or not now.may_in(workspace_id, Action.ACKNOWLEDGE):
        raise NotAllowedError


def _record(
    session: Session, viewer: Viewer, action: str, number: int, values: Mapping[str, Any]
) -> None:
    audit.record(
        session,
        action,
        "failure_acknowledgement",
        number,
        workspace_id=values["workspace_id"],
        actor_user_id=viewer.user_id,
        details={name: values[name] for name in ("type", "code", "note")},
    )


def _readable(stored: Any) -> tuple[tuple[int | None, int], ...]:
    pairs: Iterable[Any] = stored if isinstance(stored, list) else ()
    return tuple((pair[0], pair[1]) for pair in pairs if _is_pair(pair))


def _is_pair(pair: Any) -> bool:
    if not isinstance(pair, list) or len(pair) != 2:
        return False
    tenant_id, run_id = pair
    return (tenant_id is None or isinstance(tenant_id, int)) and isinstance(run_id, int)
