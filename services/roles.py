"""Roles: given to a person in a workspace or one of its tenants, and taken away again."""

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import Membership, Role, Tenant, User, Workspace
from models.columns import utc_now
from policy.wording import said
from services import audit
from services.admin_terms import AdministrationError

TENANT_ROLES = (Role.TENANT_ADMIN, Role.TENANT_VIEWER)


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


def find_role(
    session: Session, workspace: Workspace, user: User, tenant: Tenant | None
) -> str | None:
    """The role that a person has there now."""
    these = select(col(Membership.role)).where(_is_theirs(workspace, user, tenant))
    return session.scalars(these.order_by(col(Membership.id).desc())).first()


def is_live_in(workspace_id: int | None) -> ColumnElement[bool]:
    """Memberships of a workspace that hold now."""
    return and_(col(Membership.workspace_id) == workspace_id, col(Membership.revoked_at).is_(None))


def _is_theirs(workspace: Workspace, user: User, tenant: Tenant | None) -> ColumnElement[bool]:
    return and_(
        is_live_in(workspace.id),
        col(Membership.user_id) == user.id,
        col(Membership.tenant_id).is_not_distinct_from(None if tenant is None else tenant.id),
    )


def _require_another_owner(
    session: Session, workspace: Workspace, user: User, tenant: Tenant | None
) -> None:
    owners = session.scalars(
        select(col(Membership.user_id)).where(
            is_live_in(workspace.id),
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
