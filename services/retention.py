"""How long a workspace keeps its finished runs and its audit trail, as its owners decided."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import Workspace
from policy.wording import said
from services import audit, schedules
from services.administration import AdministrationError
from services.auth import Viewer
from services.desk import desk_of

MOST_DAYS = 36_500
PRUNING = "retention.prune"
_EACH_NIGHT = "30 3 * * *"


class RetentionError(AdministrationError):
    """What was asked for, or is stored, is no retention; the message says why."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Days that finished runs and audit entries are kept; None is for ever.

    Raises `RetentionError` for anything but 1 to 36500 days.
    """

    runs_days: int | None = None
    audit_days: int | None = None

    def __post_init__(self) -> None:
        _require_days(self.runs_days)
        _require_days(self.audit_days)


def find_retention(session: Session, workspace_id: int) -> Retention:
    """What is set for a workspace. Raises `RetentionError` when another program stored nonsense."""
    row: Any = session.execute(
        select(col(Workspace.retention_runs_days), col(Workspace.retention_audit_days)).where(
            col(Workspace.id) == workspace_id
        )
    ).one_or_none()
    return Retention() if row is None else Retention(*row)


def find_shown_retention(session: Session, workspace_id: int) -> Retention | None:
    """The same for a page; None for nonsense, by which nothing is removed."""
    try:
        return find_retention(session, workspace_id)
    except RetentionError:
        return None


def find_retention_by_slug(session: Session, slug: str) -> Retention:
    """The same for a workspace by its slug. Raises `RetentionError` also when there is none."""
    return find_retention(session, _workspace_id(session, slug))


def change_retention(
    session: Session, viewer: Viewer, workspace_id: int, retention: Retention
) -> None:
    """Set what a workspace keeps, by one of its owners. Raises `NotAllowedError`."""
    desk_of(viewer, workspace_id).enter(session)
    _store(session, workspace_id, retention, viewer.user_id)


def set_retention(
    session: Session, slug: str, runs_days: int | None, audit_days: int | None
) -> Retention:
    """Set what a workspace keeps, from the command line. Raises `RetentionError`."""
    retention = Retention(runs_days, audit_days)
    _store(session, _workspace_id(session, slug), retention, None)
    return retention


def _store(session: Session, workspace_id: int, retention: Retention, user_id: int | None) -> None:
    session.execute(
        update(Workspace)
        .where(col(Workspace.id) == workspace_id)
        .values(retention_runs_days=retention.runs_days, retention_audit_days=retention.audit_days)
    )
    audit.record(
        session,
        "retention.set",
        "workspace",
        workspace_id,
        workspace_id=workspace_id,
        actor_user_id=user_id,
        details={"runs_days": retention.runs_days, "audit_days": retention.audit_days},
    )
    if retention != Retention():
        schedules.ensure(session, workspace_id, PRUNING, _EACH_NIGHT)


def _workspace_id(session: Session, slug: str) -> int:
    workspace_id = session.scalar(select(col(Workspace.id)).where(col(Workspace.slug) == slug))
    if workspace_id is None:
        raise RetentionError(f"There is no workspace {slug!r}.")
    return workspace_id


def _require_days(days: object) -> None:
    is_number = isinstance(days, int) and not isinstance(days, bool)
    # Other programs write to the database too, and a wrong number would remove everything.
    if days is not None and not (is_number and 1 <= int(str(days)) <= MOST_DAYS):
        raise RetentionError(
            said("Something is kept for 1 to {most} days, or for ever.", most=MOST_DAYS)
        )
