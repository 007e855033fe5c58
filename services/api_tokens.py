"""What programs show to act in a workspace: made, listed, revoked, and found while they live."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import ApiToken, Workspace
from models.columns import from_now, utc_now
from policy.wording import said
from services import audit
from services.admin_terms import AdministrationError

_PREFIX = "stillwatch_"  # so that people, and scanners of repositories, know one when they see it
_LONGEST_NAME = 100
_MOST_DAYS = 3650


class ApiTokenError(AdministrationError):
    """What was asked for cannot be done; the message says why."""


class TokenRefusedError(Exception):
    """No live token was shown; it never says whether there once was one."""

    def __init__(self) -> None:
        super().__init__("This needs a valid token: 'Authorization: Bearer …'.")


@dataclass(frozen=True, slots=True)
class Program:
    """Who acts: the bearer of a live token, in the one workspace that it is good for."""

    token_id: int
    name: str
    workspace_id: int


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What may be known of a token by those who administer it; times are aware UTC."""

    id: int
    name: str
    created_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    is_live: bool


def create_token(
    session: Session, workspace_slug: str, name: str, days: int | None, user_id: int | None = None
) -> str:
    """Make a token, good for `days` or until revoked. What is returned is stored nowhere."""
    workspace_id = _workspace_id(session, workspace_slug)
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ApiTokenError(
            said("A name is one line of 1 to {most} printable characters.", most=_LONGEST_NAME)
        )
    if name.isdigit():
        raise ApiTokenError(said("A name of digits alone would be taken for a token's id."))
    if days is not None and not 1 <= days <= _MOST_DAYS:
        raise ApiTokenError(said("A token expires after 1 to {most} days.", most=_MOST_DAYS))
    if _find_live_ids(session, workspace_id, name):
        raise ApiTokenError(
            said(
                "There is a token {name} in {place} already.", name=repr(name), place=workspace_slug
            )
        )
    token = _PREFIX + secrets.token_urlsafe(32)
    record = ApiToken(
        workspace_id=workspace_id,
        name=name,
        token_hash=_hash(token),
        created_by_user_id=user_id,
        expires_at=None if days is None else _after(session, days),
    )
    session.add(record)
    session.flush()
    audit.record(
        session,
        "token.created",
        "api_token",
        record.id,
        workspace_id=workspace_id,
        actor_user_id=user_id,
        details={"name": name, "days": days},
    )
    return token


def revoke_token(
    session: Session, workspace_slug: str, id_or_name: str, user_id: int | None = None
) -> None:
    """End a token for good, by its id or its name."""
    workspace_id = _workspace_id(session, workspace_slug)
    ids = _find_live_ids(session, workspace_id, id_or_name)
    if not ids:
        raise ApiTokenError(f"There is no live token {id_or_name!r} in {workspace_slug}.")
    session.execute(update(ApiToken).where(col(ApiToken.id).in_(ids)).values(revoked_at=utc_now()))
    for token_id in ids:
        audit.record(
            session,
            "token.revoked",
            "api_token",
            token_id,
            workspace_id=workspace_id,
            actor_user_id=user_id,
        )


def find_tokens(session: Session, workspace_slug: str) -> list[TokenRecord]:
    """The tokens of a workspace, oldest first, also those that have ended."""
    workspace_id = _workspace_id(session, workspace_slug)
    rows = session.execute(
        select(
            col(ApiToken.id),
            col(ApiToken.name),
            col(ApiToken.created_at),
            col(ApiToken.expires_at),
            col(ApiToken.revoked_at),
            IS_LIVE.label("is_live"),
        )
        .where(col(ApiToken.workspace_id) == workspace_id)
        .order_by(col(ApiToken.id))
    )
    return [TokenRecord(**row._mapping) for row in rows]


def find_program(session: Session, token: str) -> Program | None:
    """Whose token this is, while it lives."""
    return _find(session, col(ApiToken.token_hash) == _hash(token))


def require_live(session: Session, program: Program) -> None:
    """Refuse, in the transaction of the deed itself, whoever's token has ended meanwhile."""
    if _find(session, col(ApiToken.id) == program.token_id) is None:
        raise TokenRefusedError


def find_secret(session: Session, program: Program) -> str:
    """What only the instance knows of a program's token."""
    found: str = session.execute(
        select(col(ApiToken.token_hash)).where(col(ApiToken.id) == program.token_id)
    ).scalar_one()
    return found


def _find(session: Session, this: ColumnElement[bool]) -> Program | None:
    row = session.execute(
        select(col(ApiToken.id), col(ApiToken.name), col(ApiToken.workspace_id)).where(
            this, IS_LIVE
        )
    ).one_or_none()
    return None if row is None else Program(row.id or 0, row.name, row.workspace_id)


def _find_live_ids(session: Session, workspace_id: int, id_or_name: str) -> list[int]:
    is_id = id_or_name.isascii() and id_or_name.isdigit() and len(id_or_name) <= 18
    this = (
        col(ApiToken.id) == int(id_or_name) if is_id else col(ApiToken.name) == id_or_name.strip()
    )
    return [
        token_id
        for token_id in session.scalars(
            select(col(ApiToken.id)).where(
                this, IS_LIVE, col(ApiToken.workspace_id) == workspace_id
            )
        )
        if token_id is not None
    ]


def _workspace_id(session: Session, slug: str) -> int:
    workspace_id = session.scalar(
        # Locked where rows can be, so that of two equal names only one is made.
        select(col(Workspace.id)).where(col(Workspace.slug) == slug).with_for_update()
    )
    if workspace_id is None:
        raise ApiTokenError(f"There is no workspace {slug!r}.")
    return workspace_id


def _after(session: Session, days: int) -> datetime:
    moment: datetime = session.execute(select(from_now(timedelta(days=days)))).scalar_one()
    return moment


def _hash(token: str) -> str:
    # What a client sends may hold lone surrogates; it is to be refused, not to raise.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


IS_LIVE = and_(
    col(ApiToken.revoked_at).is_(None),
    or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > utc_now()),
)
