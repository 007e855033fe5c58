"""A person with the rights of now, for work that is done in their name once they have left."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import Membership, User
from policy.access import Grant
from services.auth import Viewer

_NO_SESSION = 0


def find_stand_in(session: Session, user_id: int | None) -> Viewer:
    """What the person may do at this moment; who is unknown or disabled may do nothing."""
    user = None if user_id is None else session.get(User, user_id)
    if user is None or user.disabled_at is not None:
        return Viewer(_NO_SESSION, user_id or 0, "", "", None, (), ())
    held = session.execute(
        select(col(Membership.role), col(Membership.workspace_id), col(Membership.tenant_id)).where(
            col(Membership.user_id) == user_id, col(Membership.revoked_at).is_(None)
        )
    ).all()
    grants = tuple(Grant(role, workspace_id, tenant_id) for role, workspace_id, tenant_id in held)
    return Viewer(_NO_SESSION, user.id or 0, user.name, user.email, None, (), grants)
