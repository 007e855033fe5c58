"""The members of a workspace: who has which role there, given, changed and taken away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import Membership, Role, Tenant, User, Workspace
from models.columns import utc_now
from policy.wording import said
from services import accounts, audit, tenant_keeping
from services.admin_terms import AdministrationError, ChangedMeanwhileError, proper_email
from services.desk import Desk

MOST_SHOWN = 500
TENANT_ROLES = (Role.TENANT_ADMIN, Role.TENANT_VIEWER)


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
        .where(_live(workspace_id))
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
    if _find_live(session, workspace, user, tenant) is not None:
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


def give_role(
    session: Session,
    workspace: Workspace,
    user: User,
    role: str,
    tenant: Tenant | None,
    *,
    actor_id: int | None = None,
) -> None:
    """Give a person this role there, in place of the one they had."""
    if role not in frozenset(Role):
        raise AdministrationError(
            said(
                "There is no role {role}; choose from {roles}.",
                role=repr(role[:80]),
                roles=", ".join(Role),
            )
        )
    if (role in TENANT_ROLES) != (tenant is not None):
        raise AdministrationError(
            said("A tenant role needs a tenant, and a workspace role has none.")
        )
    if role != Role.OWNER:
        _require_another_owner(session, workspace, user, tenant)
    before = _end_live(session, workspace, user, tenant)
    session.add(
        Membership(
            workspace_id=workspace.id or 0,
            tenant_id=None if tenant is None else tenant.id,
            user_id=user.id or 0,
            role=role,
        )
    )
    _record(session, "member.set", workspace, user, tenant, actor_id, role=role, before=before)


def end_role(
    session: Session,
    workspace: Workspace,
    user: User,
    tenant: Tenant | None,
    *,
    actor_id: int | None = None,
) -> None:
    """Take a person's role there away."""
    _require_another_owner(session, workspace, user, tenant)
    before = _end_live(session, workspace, user, tenant)
    if before is None:
        raise AdministrationError(said("{email} has no role there.", email=user.email))
    _record(session, "member.revoked", workspace, user, tenant, actor_id, before=before)


def _find_seen(
    session: Session, desk: Desk, membership_id: int
) -> tuple[Workspace, Membership, User, Tenant | None]:
    # A changed role is another row, so the row that was seen tells whether it still holds.
    workspace = desk.enter(session)
    seen = session.scalar(
        select(Membership).where(_live(workspace.id), col(Membership.id) == membership_id)
    )
    if seen is None:
        raise ChangedMeanwhileError
    user = session.get_one(User, seen.user_id)
    return workspace, seen, user, _tenant(session, workspace, seen.tenant_id)


def _tenant(session: Session, workspace: Workspace, tenant_id: int | None) -> Tenant | None:
    return None if tenant_id is None else tenant_keeping.find_of(session, workspace, tenant_id)


def _live(workspace_id: int | None) -> ColumnElement[bool]:
    return and_(col(Membership.workspace_id) == workspace_id, col(Membership.revoked_at).is_(None))


def _is_theirs(workspace: Workspace, user: User, tenant: Tenant | None) -> ColumnElement[bool]:
    return and_(
        _live(workspace.id),
        col(Membership.user_id) == user.id,
        col(Membership.tenant_id).is_not_distinct_from(None if tenant is None else tenant.id),
    )


def _find_live(
    session: Session, workspace: Workspace, user: User, tenant: Tenant | None
) -> str | None:
    these = select(col(Membership.role)).where(_is_theirs(workspace, user, tenant))
    return session.scalars(these.order_by(col(Membership.id).desc())).first()


def _require_another_owner(
    session: Session, workspace: Workspace, user: User, tenant: Tenant | None
) -> None:
    owners = session.scalars(
        select(col(Membership.user_id)).where(
            _live(workspace.id),
            col(Membership.role) == Role.OWNER,
            col(Membership.tenant_id).is_(None),
        )
    ).all()
    if tenant is None and owners and set(owners) == {user.id}:
        raise AdministrationError(
            said("{email} is the last owner of {place}.", email=user.email, place=workspace.slug)
        )


def _end_live(
    session: Session, workspace: Workspace, user: User, tenant: Tenant | None
) -> str | None:
    """End what the person has there; return the role, if there was one."""
    ended = session.scalars(
        update(Membership)
        .where(_is_theirs(workspace, user, tenant))
        .values(revoked_at=utc_now())
        .returning(col(Membership.role))
        .execution_options(synchronize_session=False)
    ).all()
    return ended[-1] if ended else None


def _record(
    session: Session,
    action: str,
    workspace: Workspace,
    user: User,
    tenant: Tenant | None,
    actor_id: int | None,
    **details: object,
) -> None:
    reach = {
        "tenant": None if tenant is None else tenant.slug,
        "tenant_id": None if tenant is None else tenant.id,
    }
    audit.record(
        session,
        action,
        "user_account",
        user.id,
        workspace_id=workspace.id,
        actor_user_id=actor_id,
        details={**details, **reach},
    )
