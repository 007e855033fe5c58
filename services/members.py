"""The members of a workspace: who has which role there, given, changed and taken away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import Membership, Tenant, User, Workspace
from policy.wording import said
from services import accounts, tenant_keeping
from services.admin_terms import AdministrationError, ChangedMeanwhileError, proper_email
from services.desk import Desk
from services.roles import end_role, find_role, give_role, is_live_in

MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """One role of one person, in the whole workspace or in one tenant of it."""

    id: int
    user_id: int
    name: str
    email: str
    role: str
    tenant_id: int | None
    tenant_name: str | None
    tenant_slug: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom to give which role; an account is made where there is none for the address."""

    email: str
    name: str
    role: str
    tenant_id: int | None
    password_hash: str


def find_members(session: Session, workspace_id: int) -> list[MemberRecord]:
    """Who has a role now, by name; at most `MOST_SHOWN`."""
    rows: Iterable[Row[Any]] = session.execute(
        select(
            col(Membership.id),
            col(Membership.user_id),
            col(User.name),
            col(User.email),
            col(Membership.role),
            col(Membership.tenant_id),
            col(Tenant.name).label("tenant_name"),
            col(Tenant.slug).label("tenant_slug"),
            col(Membership.created_at).label("since"),
        )
        .join(User, col(User.id) == col(Membership.user_id))
        .outerjoin(Tenant, col(Tenant.id) == col(Membership.tenant_id))
        .where(is_live_in(workspace_id))
        .order_by(col(User.name), col(User.id), col(Tenant.name), col(Membership.id))
        .limit(MOST_SHOWN)
    )
    return [MemberRecord(**row._mapping) for row in rows]


def invite(session: Session, desk: Desk, invitation: Invitation) -> None:
    """Give somebody a first role in this scope, by address. Raises `AdministrationError`.

    Tells nothing of whether there was an account: the same happens, in the same words.
    """
    workspace = desk.enter(session)
    email = proper_email(invitation.email)
    tenant = _tenant(session, workspace, invitation.tenant_id)
    user = session.scalar(select(User).where(col(User.email) == email))
    if user is None:
        user = accounts.add(
            session,
            email,
            invitation.name,
            invitation.password_hash,
            workspace_id=workspace.id,
            actor_id=desk.user_id,
            is_password_given=True,
        )
    if find_role(session, workspace, user, tenant) is not None:
        raise AdministrationError(
            said("{email} has a role there already; change it in the list.", email=email)
        )
    give_role(session, workspace, user, invitation.role, tenant, actor_id=desk.user_id)


def change_role(session: Session, desk: Desk, membership_id: int, role: str) -> None:
    """Another role in the same scope, in place of the one that was shown."""
    workspace, seen, user, tenant = _find_seen(session, desk, membership_id)
    if seen.role == role:
        raise AdministrationError(said("{email} is {role} already.", email=user.email, role=role))
    give_role(session, workspace, user, role, tenant, actor_id=desk.user_id)


def revoke(session: Session, desk: Desk, membership_id: int) -> None:
    """Take away the role that was shown."""
    workspace, _, user, tenant = _find_seen(session, desk, membership_id)
    end_role(session, workspace, user, tenant, actor_id=desk.user_id)


def _find_seen(
    session: Session, desk: Desk, membership_id: int
) -> tuple[Workspace, Membership, User, Tenant | None]:
    # A changed role is another row, so the row that was seen tells whether it still holds.
    workspace = desk.enter(session)
    seen = session.scalar(
        select(Membership).where(is_live_in(workspace.id), col(Membership.id) == membership_id)
    )
    if seen is None:
        raise ChangedMeanwhileError
    user = session.get_one(User, seen.user_id)
    return workspace, seen, user, _tenant(session, workspace, seen.tenant_id)


def _tenant(session: Session, workspace: Workspace, tenant_id: int | None) -> Tenant | None:
    return None if tenant_id is None else tenant_keeping.find_of(session, workspace, tenant_id)
