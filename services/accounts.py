"""Accounts: made, named, closed and opened again, and their passwords."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import AuditEntry, User
from models.columns import from_now, utc_now
from policy.wording import said
from services import audit, sign_ins
from services.admin_terms import AdministrationError, ChangedMeanwhileError, proper_name
from services.auth import normal_email

_MOST_WRONG_PASSWORDS = 5
_WRONG_PASSWORDS_COUNT_FOR = timedelta(minutes=15)
_WRONG = "user.password_change_refused"


@dataclass(frozen=True, slots=True)
class AccountRecord:
    id: int
    email: str
    name: str
    created_at: datetime | None
    disabled_at: datetime | None


def find_accounts(session: Session) -> list[AccountRecord]:
    """Every account of the instance, by address; for the command line."""
    rows = session.execute(
        select(
            col(User.id),
            col(User.email),
            col(User.name),
            col(User.created_at),
            col(User.disabled_at),
        ).order_by(col(User.email))
    )
    return [AccountRecord(**row._mapping) for row in rows]


def find_account(session: Session, email: str) -> User:
    """The account with this address. Raises `AdministrationError`."""
    user = session.scalar(select(User).where(col(User.email) == normal_email(email)))
    if user is None:
        raise AdministrationError(said("There is no account for {email}.", email=email))
    return user


def add(
    session: Session,
    email: str,
    name: str,
    password_hash: str,
    *,
    workspace_id: int | None = None,
    actor_id: int | None = None,
    is_password_given: bool = False,
) -> User:
    """Create an account, which may do nothing yet.

    A password that was given has to be changed before anything else.
    """
    if session.scalar(select(col(User.id)).where(col(User.email) == email)) is not None:
        raise AdministrationError(said("There is an account for {email} already.", email=email))
    user = User(
        email=email,
        name=proper_name(name),
        password_hash=password_hash,
        is_password_given=is_password_given,
    )
    session.add(user)
    session.flush()
    audit.record(
        session,
        "user.added",
        "user_account",
        user.id,
        workspace_id=workspace_id,
        actor_user_id=actor_id,
        details={"email": email},
    )
    return user


def rename(session: Session, user_id: int, seen: str, name: str) -> None:
    """Give a person the name by which they want to be known."""
    name = proper_name(name)
    user = session.get_one(User, user_id)
    if user.name != seen:
        raise ChangedMeanwhileError
    user.name = name
    audit.record(
        session,
        "user.renamed",
        "user_account",
        user_id,
        actor_user_id=user_id,
        details={"before": seen, "after": name},
    )


def replace_password(
    session: Session,
    user: User,
    password_hash: str,
    *,
    keep_session_id: int | None = None,
    actor_id: int | None = None,
) -> Sequence[int]:
    """Store a new password, which ends every sign-in made with the old one; return those."""
    user.password_hash = password_hash
    user.is_password_given = False
    ended = sign_ins.end_all(session, user.id or 0, keep_session_id)
    audit.record(
        session,
        "user.password_set",
        "user_account",
        user.id,
        actor_user_id=actor_id,
        details={"sessions_ended": len(ended)},
    )
    return ended


def has_tried_too_often(session: Session, user_id: int) -> bool:
    """Whether whoever is signed in has guessed at the account's password for long enough."""
    wrong = session.scalar(
        select(func.count())
        .select_from(AuditEntry)
        .where(
            col(AuditEntry.object_type) == "user_account",
            col(AuditEntry.object_id) == user_id,
            col(AuditEntry.action) == _WRONG,
            col(AuditEntry.at) > from_now(-_WRONG_PASSWORDS_COUNT_FOR),
        )
    )
    return (wrong or 0) >= _MOST_WRONG_PASSWORDS


def record_wrong_password(session: Session, user_id: int) -> None:
    """Leave a line of a change of password that did not know the present one."""
    audit.record(session, _WRONG, "user_account", user_id, actor_user_id=user_id)


def disable(session: Session, email: str) -> None:
    """Close an account: nobody signs in with it, and whoever has is signed out."""
    user = find_account(session, email)
    if user.disabled_at is not None:
        raise AdministrationError(
            said("The account {email} is disabled already.", email=user.email)
        )
    session.execute(update(User).where(col(User.id) == user.id).values(disabled_at=utc_now()))
    ended = sign_ins.end_all(session, user.id or 0)
    audit.record(
        session,
        "user.disabled",
        "user_account",
        user.id,
        details={"sessions_ended": len(ended)},
    )


def enable(session: Session, email: str) -> None:
    """Open a closed account again, with the rights that it has kept."""
    user = find_account(session, email)
    if user.disabled_at is None:
        raise AdministrationError(said("The account {email} is not disabled.", email=user.email))
    user.disabled_at = None
    audit.record(session, "user.enabled", "user_account", user.id)
