"""Workspaces: made, renamed, listed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import Membership, Role, Workspace
from policy.wording import said
from services import audit
from services.admin_terms import (
    AdministrationError,
    ChangedMeanwhileError,
    proper_name,
    proper_slug,
)
from services.desk import Desk


@dataclass(frozen=True, slots=True)
class WorkspaceRecord:
    id: int
    slug: str
    name: str
    created_at: datetime | None


def find_workspaces(session: Session) -> list[WorkspaceRecord]:
    """Every workspace of the instance, by short name; for the command line."""
    return [
        _record(row) for row in session.scalars(select(Workspace).order_by(col(Workspace.slug)))
    ]


def find_workspace(session: Session, workspace_id: int) -> WorkspaceRecord:
    """One workspace, for whoever has been found to see it."""
    return _record(session.get_one(Workspace, workspace_id))


def find_by_slug(session: Session, slug: str) -> Workspace:
    """The workspace with this short name, locked. Raises `AdministrationError`."""
    # Locked where rows can be: two owners who revoke each other must not both succeed.
    workspace = session.scalar(
        select(Workspace).where(col(Workspace.slug) == slug).with_for_update()
    )
    if workspace is None:
        raise AdministrationError(said("There is no workspace {slug}.", slug=repr(slug)))
    return workspace


def add(session: Session, slug: str, name: str, *, actor_id: int | None = None) -> Workspace:
    """Create a workspace, which nobody may enter yet."""
    slug = proper_slug(slug)
    if session.scalar(select(col(Workspace.id)).where(col(Workspace.slug) == slug)) is not None:
        raise AdministrationError(said("There is a workspace {slug} already.", slug=slug))
    workspace = Workspace(slug=slug, name=proper_name(name))
    session.add(workspace)
    session.flush()
    audit.record(
        session,
        "workspace.added",
        "workspace",
        workspace.id,
        workspace_id=workspace.id,
        actor_user_id=actor_id,
        details={"slug": slug, "name": workspace.name},
    )
    return workspace


def add_as_owner(session: Session, desk: Desk, slug: str, name: str) -> str:
    """Create a workspace of which whoever owns this one is the first owner; return its slug."""
    desk.enter(session)
    workspace = add(session, slug, name, actor_id=desk.user_id)
    session.add(
        Membership(workspace_id=workspace.id or 0, user_id=desk.user_id, role=Role.OWNER.value)
    )
    audit.record(
        session,
        "member.set",
        "user_account",
        desk.user_id,
        workspace_id=workspace.id,
        actor_user_id=desk.user_id,
        details={"role": Role.OWNER.value, "before": None, "tenant": None, "tenant_id": None},
    )
    return workspace.slug


def rename(session: Session, desk: Desk, seen: str, name: str) -> None:
    """Give the workspace another name; its short name stays, because addresses carry it."""
    workspace = desk.enter(session)
    name = proper_name(name)
    if workspace.name != seen:
        raise ChangedMeanwhileError
    workspace.name = name
    audit.record(
        session,
        "workspace.renamed",
        "workspace",
        workspace.id,
        workspace_id=workspace.id,
        actor_user_id=desk.user_id,
        details={"before": seen, "after": name},
    )


def _record(row: Workspace) -> WorkspaceRecord:
    return WorkspaceRecord(row.id or 0, row.slug, row.name, row.created_at)
