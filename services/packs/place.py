"""Which tenant a pack is about, by the names people know, and who asked for it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import Tenant, User, Workspace
from services.packs.order import PackOrder
from services.packs.plain_text import plain


class PackTenantGoneError(Exception):
    """The tenant of the pack does not exist any more; the message is safe to show."""


@dataclass(frozen=True, slots=True)
class Place:
    """The tenant with its workspace, and the person who asked; names are plain text."""

    tenant_id: int
    tenant_slug: str
    tenant_name: str
    workspace_id: int
    workspace_slug: str
    workspace_name: str
    asked_by_name: str
    asked_by_email: str


def find_place(session: Session, order: PackOrder) -> Place:
    """Raises `PackTenantGoneError`."""
    row = session.execute(
        select(
            col(Tenant.slug),
            col(Tenant.name),
            col(Workspace.id),
            col(Workspace.slug),
            col(Workspace.name),
        )
        .join(Workspace, col(Workspace.id) == col(Tenant.workspace_id))
        .where(col(Tenant.id) == order.tenant_id)
    ).one_or_none()
    if row is None:
        raise PackTenantGoneError("The tenant of this pack is gone.")
    tenant_slug, tenant_name, workspace_id, workspace_slug, workspace_name = row
    asked_by = session.execute(
        select(col(User.name), col(User.email)).where(col(User.id) == order.asked_by_user_id)
    ).one_or_none()
    name, email = asked_by or ("System", "")
    return Place(
        tenant_id=order.tenant_id,
        tenant_slug=plain(tenant_slug),
        tenant_name=plain(tenant_name),
        workspace_id=workspace_id or 0,
        workspace_slug=plain(workspace_slug),
        workspace_name=plain(workspace_name),
        asked_by_name=plain(name),
        asked_by_email=plain(email),
    )
