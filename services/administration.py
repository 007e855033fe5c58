"""Setting an instance up: workspaces, tenants, people and what they may do."""

import re

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Mapped, Session
from sqlmodel import col

from models import Membership, Role, Tenant, User, UserSession, Workspace
from models.columns import utc_now
from services import audit
from services.auth import LONGEST_EMAIL, LONGEST_PASSWORD, hash_password, normal_email

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_SHORTEST_PASSWORD = 8
_LONGEST_NAME = 200
_TENANT_ROLES = (Role.TENANT_ADMIN, Role.TENANT_VIEWER)


class AdministrationError(Exception):
    """What was asked for cannot be done; the message says why."""


def add_workspace(session: Session, slug: str, name: str) -> Workspace:
    """Create a workspace, which nobody may enter yet."""
    _require_free_slug(session, slug, col(Workspace.slug), "workspace")
    workspace = Workspace(slug=slug, name=_name(name))
    session.add(workspace)
    session.flush()
    audit.record(session, "workspace.added", "workspace", workspace.id, workspace_id=workspace.id)
    return workspace


def add_tenant(session: Session, workspace_slug: str, slug: str, name: str) -> Tenant:
    """Create a tenant of a workspace; its slug is unique in the instance."""
    workspace = _workspace(session, workspace_slug)
    _require_free_slug(session, slug, col(Tenant.slug), "tenant")
    tenant = Tenant(workspace_id=workspace.id or 0, slug=slug, name=_name(name))
    session.add(tenant)
    session.flush()
    audit.record(session, "tenant.added", "tenant", tenant.id, workspace_id=workspace.id)
    return tenant


def add_user(session: Session, email: str, name: str, password: str) -> User:
    """Create an account, which may do nothing yet."""
    email = _email(email)
    # Hashed before the first statement: no other writer waits for that.
    password_hash = _hash(password)
    if session.scalar(select(col(User.id)).where(col(User.email) == email)) is not None:
        raise AdministrationError(f"There is an account for {email} already.")
    user = User(email=email, name=_name(name), password_hash=password_hash)
    session.add(user)
    session.flush()
    audit.record(session, "user.added", "user_account", user.id)
    return user


def set_password(session: Session, email: str, password: str) -> None:
    """Give a person a new password, which ends every sign-in made with the old one."""
    password_hash = _hash(password)
    user = _user(session, email)
    user.password_hash = password_hash
    session.execute(
        update(UserSession)
        .where(col(UserSession.user_id) == user.id, col(UserSession.revoked_at).is_(None))
        .values(revoked_at=utc_now())
    )
    audit.record(session, "user.password_set", "user_account", user.id)


def set_member(
    session: Session, email: str, workspace_slug: str, role: str, tenant_slug: str | None = None
) -> None:
    """Give a person this role there, in place of the one they had."""
    user, workspace = _user(session, email), _workspace(session, workspace_slug)
    tenant_id = _tenant_id(session, workspace, tenant_slug)
    if role not in frozenset(Role):
        raise AdministrationError(f"There is no role {role!r}; choose from {', '.join(Role)}.")
    if (role in _TENANT_ROLES) != (tenant_id is not None):
        raise AdministrationError("A tenant role needs a tenant, and a workspace role has none.")
    if role != Role.OWNER:
        _require_another_owner(session, workspace, user, tenant_id)
    _end_memberships(session, user, workspace, tenant_id)
    session.add(
        Membership(
            workspace_id=workspace.id or 0, tenant_id=tenant_id, user_id=user.id or 0, role=role
        )
    )
    audit.record(
        session,
        "member.set",
        "user_account",
        user.id,
        workspace_id=workspace.id,
        details={"role": role, "tenant": tenant_slug},
    )


def revoke_member(
    session: Session, email: str, workspace_slug: str, tenant_slug: str | None = None
) -> None:
    """Take a person's role there away."""
    user, workspace = _user(session, email), _workspace(session, workspace_slug)
    tenant_id = _tenant_id(session, workspace, tenant_slug)
    _require_another_owner(session, workspace, user, tenant_id)
    if _end_memberships(session, user, workspace, tenant_id) == 0:
        raise AdministrationError(f"{user.email} has no role there.")
    audit.record(
        session,
        "member.revoked",
        "user_account",
        user.id,
        workspace_id=workspace.id,
        details={"tenant": tenant_slug},
    )


def _require_free_slug(session: Session, slug: str, column: Mapped[str], what: str) -> None:
    if not _SLUG.fullmatch(slug):
        raise AdministrationError(
            f"{slug!r} is not a short name: use a-z, 0-9 and -, at most 63 characters."
        )
    if session.scalar(select(column).where(column == slug)) is not None:
        raise AdministrationError(f"There is a {what} {slug} already.")


def _workspace(session: Session, slug: str) -> Workspace:
    # Locked where rows can be: two owners who revoke each other must not both succeed.
    workspace = session.scalar(
        select(Workspace).where(col(Workspace.slug) == slug).with_for_update()
    )
    if workspace is None:
        raise AdministrationError(f"There is no workspace {slug!r}.")
    return workspace


def _tenant_id(session: Session, workspace: Workspace, slug: str | None) -> int | None:
    if slug is None:
        return None
    tenant = session.scalar(select(Tenant).where(col(Tenant.slug) == slug))
    if tenant is None or tenant.workspace_id != workspace.id:
        raise AdministrationError(f"There is no tenant {slug!r} in {workspace.slug}.")
    return tenant.id


def _user(session: Session, email: str) -> User:
    user = session.scalar(select(User).where(col(User.email) == normal_email(email)))
    if user is None:
        raise AdministrationError(f"There is no account for {email}.")
    return user


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise AdministrationError(
            f"A name is one line of 1 to {_LONGEST_NAME} printable characters."
        )
    return name


def _email(email: str) -> str:
    address = normal_email(email)
    is_address = re.fullmatch(r"[^@\s]+@[^@\s]+", address) and address.isprintable()
    if not is_address or len(address) > LONGEST_EMAIL:
        raise AdministrationError(f"{email!r} is not an e-mail address.")
    return address


def _hash(password: str) -> str:
    if not _SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AdministrationError(
            f"A password needs {_SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
        )
    return hash_password(password)


def _live(workspace: Workspace) -> ColumnElement[bool]:
    return and_(col(Membership.workspace_id) == workspace.id, col(Membership.revoked_at).is_(None))


def _require_another_owner(
    session: Session, workspace: Workspace, user: User, tenant_id: int | None
) -> None:
    owners = session.scalars(
        select(col(Membership.user_id)).where(_live(workspace), col(Membership.role) == Role.OWNER)
    ).all()
    if tenant_id is None and owners and set(owners) == {user.id}:
        raise AdministrationError(f"{user.email} is the last owner of {workspace.slug}.")


def _end_memberships(
    session: Session, user: User, workspace: Workspace, tenant_id: int | None
) -> int:
    ended = session.execute(
        update(Membership)
        .where(
            _live(workspace),
            col(Membership.user_id) == user.id,
            col(Membership.tenant_id).is_not_distinct_from(tenant_id),
        )
        .values(revoked_at=utc_now())
        .returning(col(Membership.id))
    ).all()
    return len(ended)
