"""Keeping the tenants of a workspace: added and renamed."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import Tenant, Workspace
from policy.wording import said
from services import audit
from services.admin_terms import (
    AdministrationError,
    ChangedMeanwhileError,
    proper_name,
    proper_slug,
)
from services.desk import Desk


def add(
    session: Session, workspace: Workspace, slug: str, name: str, *, actor_id: int | None = None
) -> Tenant:
    """Create a tenant of a workspace; its slug is unique in the instance."""
    slug = proper_slug(slug)
    if session.scalar(select(col(Tenant.id)).where(col(Tenant.slug) == slug)) is not None:
        # Of whichever workspace: it does not say of which.
        raise AdministrationError(said("There is a tenant {slug} already.", slug=slug))
    tenant = Tenant(workspace_id=workspace.id or 0, slug=slug, name=proper_name(name))
    session.add(tenant)
    session.flush()
    audit.record(
        session,
        "tenant.added",
        "tenant",
        tenant.id,
        workspace_id=workspace.id,
        actor_user_id=actor_id,
        details={"slug": slug, "name": tenant.name},
    )
    return tenant


def add_from(session: Session, desk: Desk, slug: str, name: str) -> None:
    """The same for an owner."""
    add(session, desk.enter(session), slug, name, actor_id=desk.user_id)


def rename(session: Session, desk: Desk, tenant_id: int, seen: str, name: str) -> None:
    """Give a tenant another name; its short name stays, because addresses carry it."""
    workspace = desk.enter(session)
    tenant = find_of(session, workspace, tenant_id)
    name = proper_name(name)
    if tenant.name != seen:
        raise ChangedMeanwhileError
    tenant.name = name
    audit.record(
        session,
        "tenant.renamed",
        "tenant",
        tenant_id,
        workspace_id=workspace.id,
        actor_user_id=desk.user_id,
        details={"before": seen, "after": name},
    )


def find_of(session: Session, workspace: Workspace, tenant_id: int) -> Tenant:
    """A tenant of this workspace. Raises `AdministrationError`, also for another's."""
    tenant = session.get(Tenant, tenant_id)
    if tenant is None or tenant.workspace_id != workspace.id:
        raise AdministrationError(said("There is no such tenant."))
    return tenant


def find_by_slug(session: Session, workspace: Workspace, slug: str) -> Tenant:
    """A tenant of this workspace by its short name. Raises `AdministrationError`."""
    tenant = session.scalar(select(Tenant).where(col(Tenant.slug) == slug))
    if tenant is None or tenant.workspace_id != workspace.id:
        raise AdministrationError(
            said("There is no tenant {slug} in {place}.", slug=repr(slug), place=workspace.slug)
        )
    return tenant
