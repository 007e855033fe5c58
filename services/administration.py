"""Setting an instance up from the command line: everything by its name, and nobody's deed."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models import Tenant, User, Workspace
from policy.access import Scope
from policy.wording import said
from services import accounts, members, roles, sign_ins, tenant_keeping, tenants, workspaces
from services.accounts import AccountRecord
from services.admin_terms import (
    AdministrationError,
    password_hash,
    proper_email,
    proper_name,
)
from services.members import MemberRecord
from services.sign_ins import SignInRecord
from services.tenants import TenantRef
from services.workspaces import WorkspaceRecord

__all__ = [
    "AdministrationError",
    "add_tenant",
    "add_user",
    "add_workspace",
    "disable_user",
    "enable_user",
    "end_session",
    "end_sessions",
    "list_members",
    "list_sessions",
    "list_tenants",
    "list_users",
    "list_workspaces",
    "revoke_member",
    "set_member",
    "set_password",
]


def add_workspace(session: Session, slug: str, name: str) -> Workspace:
    """Create a workspace, which nobody may enter yet."""
    return workspaces.add(session, slug, name)


def list_workspaces(session: Session) -> list[WorkspaceRecord]:
    """Every workspace, by short name."""
    return workspaces.find_workspaces(session)


def add_tenant(session: Session, workspace_slug: str, slug: str, name: str) -> Tenant:
    """Create a tenant of a workspace; its slug is unique in the instance."""
    return tenant_keeping.add(session, workspaces.find_by_slug(session, workspace_slug), slug, name)


def list_tenants(session: Session, workspace_slug: str) -> list[TenantRef]:
    """The tenants of a workspace, by name."""
    workspace = workspaces.find_by_slug(session, workspace_slug)
    return tenants.find_tenants(session, Scope(workspace.id or 0, None))


def add_user(session: Session, email: str, name: str, password: str) -> User:
    """Create an account, which may do nothing yet."""
    # Hashed before the first statement: no other writer waits for that.
    email, name, hashed = proper_email(email), proper_name(name), password_hash(password)
    return accounts.add(session, email, name, hashed)


def list_users(session: Session) -> list[AccountRecord]:
    """Every account, by address."""
    return accounts.find_accounts(session)


def set_password(session: Session, email: str, password: str) -> None:
    """Give a person a new password, which ends every sign-in made with the old one."""
    hashed = password_hash(password)
    accounts.replace_password(session, accounts.find_account(session, email), hashed)


def disable_user(session: Session, email: str) -> None:
    """Close an account."""
    accounts.disable(session, email)


def enable_user(session: Session, email: str) -> None:
    """Open a closed account again."""
    accounts.enable(session, email)


def set_member(
    session: Session, email: str, workspace_slug: str, role: str, tenant_slug: str | None = None
) -> None:
    """Give a person this role there, in place of the one they had."""
    user = accounts.find_account(session, email)
    workspace, tenant = _place(session, workspace_slug, tenant_slug)
    roles.give_role(session, workspace, user, role, tenant)


def revoke_member(
    session: Session, email: str, workspace_slug: str, tenant_slug: str | None = None
) -> None:
    """Take a person's role there away."""
    user = accounts.find_account(session, email)
    workspace, tenant = _place(session, workspace_slug, tenant_slug)
    roles.end_role(session, workspace, user, tenant)


def list_members(session: Session, workspace_slug: str) -> list[MemberRecord]:
    """Who has a role in a workspace, by name."""
    workspace = workspaces.find_by_slug(session, workspace_slug)
    return members.find_members(session, workspace.id or 0)


def list_sessions(session: Session, email: str | None) -> list[SignInRecord]:
    """The sign-ins that are not over, of everybody or of one account."""
    address = None if email is None else accounts.find_account(session, email).email
    return sign_ins.find_all(session, address)


def end_session(session: Session, session_id: int) -> None:
    """End one sign-in."""
    if not sign_ins.end_one(session, session_id):
        raise AdministrationError(said("There is no live session {id}.", id=session_id))


def end_sessions(session: Session, email: str) -> Sequence[int]:
    """End every sign-in of an account; return which."""
    return sign_ins.end_all_of(session, accounts.find_account(session, email))


def _place(
    session: Session, workspace_slug: str, tenant_slug: str | None
) -> tuple[Workspace, Tenant | None]:
    workspace = workspaces.find_by_slug(session, workspace_slug)
    if tenant_slug is None:
        return workspace, None
    return workspace, tenant_keeping.find_by_slug(session, workspace, tenant_slug)
