"""What a person is told in the page: only of runs that they may see now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import Notification, OperationRun, Tenant, Workspace
from models.columns import utc_now
from policy.access import visible_scope
from policy.status import UxStatus, ux_status
from services.auth import Viewer
from services.run_matching import visible

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class NotificationRecord:
    """That a run has ended; times are aware UTC."""

    id: int
    run_id: int
    run_type: str
    status: UxStatus
    tenant_name: str | None
    workspace_name: str
    created_at: datetime | None
    is_read: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of notifications, newest first; `older_than` continues it."""

    items: tuple[NotificationRecord, ...]
    older_than: int | None


def find_inbox(session: Session, viewer: Viewer, older_than: int | None = None) -> Inbox:
    """What the person was told, of all workspaces, as far as their rights of now show it."""
    query: Any = (
        select(
            col(Notification.id),
            col(Notification.run_id),
            col(OperationRun.type).label("run_type"),
            col(OperationRun.status),
            col(OperationRun.outcome),
            col(Tenant.name).label("tenant_name"),
            col(Workspace.name).label("workspace_name"),
            col(Notification.created_at),
            col(Notification.read_at),
        )
        .join(OperationRun, col(OperationRun.id) == col(Notification.run_id))
        .join(Workspace, col(Workspace.id) == col(Notification.workspace_id))
        .outerjoin(Tenant, col(Tenant.id) == col(OperationRun.tenant_id))
        .where(col(Notification.user_id) == viewer.user_id, _is_seen(viewer))
        .order_by(col(Notification.id).desc())
        .limit(PAGE_SIZE + 1)
    )
    if older_than is not None:
        query = query.where(col(Notification.id) < older_than)
    rows = session.execute(query).all()
    items = tuple(
        NotificationRecord(
            id=row.id or 0,
            run_id=row.run_id,
            run_type=row.run_type,
            status=ux_status(row.status, row.outcome),
            tenant_name=row.tenant_name,
            workspace_name=row.workspace_name,
            created_at=row.created_at,
            is_read=row.read_at is not None,
        )
        for row in rows[:PAGE_SIZE]
    )
    return Inbox(items, items[-1].id if len(rows) > PAGE_SIZE else None)


def mark_read(session: Session, user_id: int, notification_id: int) -> None:
    """One's own, once; anybody else's does not exist."""
    _mark(session, user_id, col(Notification.id) == notification_id)


def mark_all_read(session: Session, user_id: int, up_to: int) -> None:
    """All that the person may have seen: what came after `up_to` stays unread."""
    _mark(session, user_id, col(Notification.id) <= up_to)


def _mark(session: Session, user_id: int, these: ColumnElement[bool]) -> None:
    session.execute(
        update(Notification)
        .where(these, col(Notification.user_id) == user_id, col(Notification.read_at).is_(None))
        .values(read_at=utc_now())
    )


def _is_seen(viewer: Viewer) -> ColumnElement[bool]:
    scopes = (visible_scope(viewer.grants, place.id) for place in viewer.workspaces)
    return or_(false(), *(visible(scope) for scope in scopes if scope is not None))
