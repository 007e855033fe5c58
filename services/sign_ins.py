"""Sign-ins that live: whose they are, where they came from, and their end by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import Membership, User, UserSession
from models.columns import from_now, utc_now
from services import audit
from services.admin_terms import ChangedMeanwhileError
from services.auth import ABSOLUTE, IDLE
from services.desk import Desk

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class SignInRecord:
    """One sign-in that is not over; times are aware UTC."""

    id: int
    user_id: int
    name: str
    email: str
    created_at: datetime | None
    last_active_at: datetime | None
    address: str | None
    user_agent: str | None


def find_of_members(session: Session, workspace_id: int) -> list[SignInRecord]:
    """The sign-ins of everybody with a role in the workspace, latest activity first."""
    return _records(session, _SIGN_INS.where(_is_of_member(workspace_id)))


def find_own(session: Session, user_id: int) -> list[SignInRecord]:
    """A person's sign-ins, latest activity first."""
    return _records(session, _SIGN_INS.where(col(UserSession.user_id) == user_id))


def find_all(session: Session, email: str | None = None) -> list[SignInRecord]:
    """The sign-ins of the instance, or of one account; for the command line."""
    found = _SIGN_INS if email is None else _SIGN_INS.where(col(User.email) == email)
    return _records(session, found)


def end_of_member(session: Session, desk: Desk, session_id: int) -> None:
    """End one sign-in of a member. Raises `ChangedMeanwhileError` when it is over already."""
    workspace = desk.enter(session)
    ended = _end(session, and_(col(UserSession.id) == session_id, _is_of_member(workspace.id or 0)))
    if not ended:
        raise ChangedMeanwhileError
    for number, user_id in ended:
        _record(session, number, user_id, desk.user_id, workspace.id)


def end_all_of_member(session: Session, desk: Desk, user_id: int) -> Sequence[int]:
    """End every sign-in of a member; return which."""
    workspace = desk.enter(session)
    ended = _end(
        session, and_(col(UserSession.user_id) == user_id, _is_of_member(workspace.id or 0))
    )
    if not ended:
        raise ChangedMeanwhileError
    for number, _ in ended:
        _record(session, number, user_id, desk.user_id, workspace.id)
    return [number for number, _ in ended]


def end_own(session: Session, user_id: int, session_id: int) -> None:
    """End one's own sign-in somewhere else."""
    this = and_(col(UserSession.id) == session_id, col(UserSession.user_id) == user_id)
    if not _end(session, this):
        raise ChangedMeanwhileError
    _record(session, session_id, user_id, user_id, None)


def end_others(session: Session, user_id: int, session_id: int) -> Sequence[int]:
    """End all of one's own sign-ins but this one; return which."""
    ended = end_all(session, user_id, session_id)
    for number in ended:
        _record(session, number, user_id, user_id, None)
    return ended


def end_one(session: Session, session_id: int) -> bool:
    """End any sign-in, for the command line; False when there is none to end."""
    ended = _end(session, col(UserSession.id) == session_id)
    for number, user_id in ended:
        _record(session, number, user_id, None, None)
    return bool(ended)


def end_all_of(session: Session, user: User) -> Sequence[int]:
    """End every sign-in of an account, for the command line; return which."""
    ended = end_all(session, user.id or 0)
    for number in ended:
        _record(session, number, user.id or 0, None, None)
    return ended


def end_all(session: Session, user_id: int, but_session_id: int | None = None) -> list[int]:
    """End a person's sign-ins without a line for each; return which."""
    these = col(UserSession.user_id) == user_id
    if but_session_id is not None:
        these = and_(these, col(UserSession.id) != but_session_id)
    return [number for number, _ in _end(session, these)]


def _is_of_member(workspace_id: int) -> ColumnElement[bool]:
    return exists().where(
        col(Membership.user_id) == col(UserSession.user_id),
        col(Membership.workspace_id) == workspace_id,
        col(Membership.revoked_at).is_(None),
    )


def _is_live() -> ColumnElement[bool]:
    return and_(
        col(UserSession.revoked_at).is_(None),
        col(UserSession.last_active_at) > from_now(-IDLE),
        col(UserSession.created_at) > from_now(-ABSOLUTE),
    )


_SIGN_INS = (
    select(
        col(UserSession.id),
        col(UserSession.user_id),
        col(User.name),
        col(User.email),
        col(UserSession.created_at),
        col(UserSession.last_active_at),
        col(UserSession.address),
        col(UserSession.user_agent),
    )
    .join(User, col(User.id) == col(UserSession.user_id))
    .where(_is_live())
    .order_by(col(UserSession.last_active_at).desc(), col(UserSession.id).desc())
    .limit(MOST_SHOWN)
)


def _records(session: Session, found: Select[*tuple[Any, ...]]) -> list[SignInRecord]:
    return [SignInRecord(**row._mapping) for row in session.execute(found)]


def _end(session: Session, these: ColumnElement[bool]) -> list[tuple[int, int]]:
    """End those that live; return (sign-in, whose) of each."""
    ended = session.execute(
        update(UserSession)
        .where(these, col(UserSession.revoked_at).is_(None))
        .values(revoked_at=utc_now())
        .returning(col(UserSession.id), col(UserSession.user_id))
        .execution_options(synchronize_session=False)
    )
    return [(number or 0, user_id) for number, user_id in ended]


def _record(
    session: Session, number: int, user_id: int, actor_id: int | None, workspace_id: int | None
) -> None:
    audit.record(
        session,
        "session.revoked",
        "user_session",
        number,
        workspace_id=workspace_id,
        actor_user_id=actor_id,
        details={"user_id": user_id},
    )
