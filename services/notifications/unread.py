"""How many notifications a person has not read, as a column of a statement that is asked anyway."""

from sqlalchemy import Label, exists, func, or_, select
from sqlmodel import col

from models import Membership, Notification, User

MOST_COUNTED = 100


def unread_column() -> Label[int | None]:
    """At most `MOST_COUNTED`, of the statement's own `User`; none of what may not be seen now."""
    may_see = exists().where(
        col(Membership.user_id) == col(Notification.user_id),
        col(Membership.workspace_id) == col(Notification.workspace_id),
        col(Membership.revoked_at).is_(None),
        or_(
            col(Membership.tenant_id).is_(None),
            col(Membership.tenant_id) == col(Notification.tenant_id),
        ),
    )
    found = (
        select(col(Notification.id))
        .where(
            col(Notification.user_id) == col(User.id), col(Notification.read_at).is_(None), may_see
        )
        .correlate(User)
        .limit(MOST_COUNTED)
    )
    return select(func.count()).select_from(found.subquery()).scalar_subquery().label("unread")
