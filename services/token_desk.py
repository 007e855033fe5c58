"""Programs' tokens for the owner of a workspace: seen, made and ended."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import ApiToken, User
from services import api_tokens
from services.admin_terms import ChangedMeanwhileError
from services.api_tokens import ApiTokenError, TokenRecord
from services.desk import Desk

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class OwnedToken:
    """A token, and who made it; nobody when that was at the command line."""

    token: TokenRecord
    made_by: str | None


def find_tokens(session: Session, workspace_id: int) -> list[OwnedToken]:
    """The tokens of a workspace, newest first, also those that have ended."""
    rows = session.execute(
        select(ApiToken, api_tokens.IS_LIVE.label("is_live"), col(User.name))
        .outerjoin(User, col(User.id) == col(ApiToken.created_by_user_id))
        .where(col(ApiToken.workspace_id) == workspace_id)
        .order_by(col(ApiToken.id).desc())
        .limit(MOST_SHOWN)
    )
    return [OwnedToken(_record(token, is_live), name) for token, is_live, name in rows]


def create(session: Session, desk: Desk, name: str, days: int | None) -> str:
    """Make a token. What is returned is stored nowhere."""
    workspace = desk.enter(session)
    return api_tokens.create_token(session, workspace.slug, name, days, desk.user_id)


def revoke(session: Session, desk: Desk, token_id: int) -> None:
    """End a token for good."""
    workspace = desk.enter(session)
    try:
        api_tokens.revoke_token(session, workspace.slug, str(token_id), desk.user_id)
    except ApiTokenError as error:
        raise ChangedMeanwhileError from error  # it was live when it was shown


def _record(token: ApiToken, is_live: bool) -> TokenRecord:
    return TokenRecord(
        token.id or 0,
        token.name,
        token.created_at,
        token.expires_at,
        token.revoked_at,
        bool(is_live),
    )
