"""From where an owner administers a workspace; the right is asked for in every transaction."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import Membership, UserSession, Workspace
from policy.access import Action, Grant, Target, may
from services.auth import Viewer
from services.operations import NotAllowedError


@dataclass(frozen=True, slots=True)
class Desk:
    """One person's sign-in and the workspace that their page is about, whatever others show."""

    workspace_id: int
    user_id: int
    session_id: int

    def enter(self, session: Session) -> Workspace:
        """The workspace, locked until the deed is done. Raises `NotAllowedError`."""
        # Locked where rows can be: two owners who revoke each other must not both succeed.
        workspace = session.scalar(
            select(Workspace).where(col(Workspace.id) == self.workspace_id).with_for_update()
        )
        if workspace is None or not self._is_open(session) or not self._may(session):
            raise NotAllowedError
        return workspace

    def _is_open(self, session: Session) -> bool:
        this = col(UserSession.id) == self.session_id
        live = select(col(UserSession.id)).where(this, col(UserSession.revoked_at).is_(None))
        return session.scalar(live) is not None

    def _may(self, session: Session) -> bool:
        rows = session.scalars(
            select(Membership).where(
                col(Membership.user_id) == self.user_id,
                col(Membership.workspace_id) == self.workspace_id,
                col(Membership.revoked_at).is_(None),
            )
        )
        grants = [Grant(row.role, row.workspace_id, row.tenant_id) for row in rows]
        return may(grants, Action.ADMINISTER, Target(self.workspace_id))


def desk_of(viewer: Viewer, workspace_id: int) -> Desk:
    """The desk of this person in that workspace."""
    return Desk(workspace_id, viewer.user_id, viewer.session_id)
