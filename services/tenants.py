"""The tenants of a workspace, as far as a person sees them."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import Tenant, Workspace
from policy.access import Scope


@dataclass(frozen=True, slots=True)
class TenantRef:
    """A tenant by the names people use."""

    id: int
    workspace_id: int
    slug: str
    name: str


def find_tenants(session: Session, scope: Scope) -> list[TenantRef]:
    """The tenants that `scope` shows, by name."""
    query = select(Tenant).where(col(Tenant.workspace_id) == scope.workspace_id)
    if scope.tenant_ids is not None:
        query = query.where(col(Tenant.id).in_(sorted(scope.tenant_ids)))
    return [_ref(tenant) for tenant in session.scalars(query.order_by(col(Tenant.name)))]


def find_tenant(session: Session, slug: str) -> TenantRef | None:
    """The tenant with this slug, for whoever has been found to see it."""
    tenant = session.scalar(select(Tenant).where(col(Tenant.slug) == slug))
    return None if tenant is None else _ref(tenant)


def find_place(
    session: Session, workspace_id: int, tenant_id: int | None
) -> tuple[str, str | None]:
    """The slugs of a workspace and of one of its tenants, when there is one."""
    workspace = session.get_one(Workspace, workspace_id)
    tenant = None if tenant_id is None else session.get(Tenant, tenant_id)
    return workspace.slug, None if tenant is None else tenant.slug


def _ref(tenant: Tenant) -> TenantRef:
    return TenantRef(tenant.id or 0, tenant.workspace_id, tenant.slug, tenant.name)
