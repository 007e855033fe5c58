"""Who is asking: the persons of live sign-ins, and what each of them may see and do now."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, bindparam, cast, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType
from sqlmodel import col

from models import Membership, User, UserSession, Workspace
from models.columns import json_rows, read_short_text, read_time, utc_now
from models.expressions import elements_of, number_at
from policy.access import Action, Grant, Scope, Target, may, visible_scope
from services.notifications.unread import unread_column
from services.remembering import Remembering

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class WorkspaceRef:
    id: int
    slug: str
    name: str


@dataclass(frozen=True)
class Viewer(Remembering):
    """A signed-in person with the rights of this moment, looking at one workspace.

    `workspaces` are those the person may enter, by slug; `workspace` is None without any.
    `unread` counts notifications, up to `services.notifications.unread.MOST_COUNTED`.
    """

    session_id: int
    user_id: int
    name: str
    email: str
    workspace: WorkspaceRef | None
    workspaces: tuple[WorkspaceRef, ...]
    grants: tuple[Grant, ...]
    must_change_password: bool = False
    unread: int = 0
    # What it was read from: of equal facts an equal viewer is made. A changed copy has none.
    facts: tuple[Any, ...] = field(default=(), init=False, repr=False, compare=False)

    @property
    def scope(self) -> Scope | None:
        """What the person sees of the current workspace."""
        return None if self.workspace is None else self.scope_in(self.workspace.id)

    def scope_in(self, workspace_id: int) -> Scope | None:
        """What the person sees of any workspace, the current one or not."""
        return self.once(workspace_id, lambda: visible_scope(self.grants, workspace_id))

    def may(
        self, action: Action, tenant_id: int | None = None, run_type: str | None = None
    ) -> bool:
        """Whether the person may do this in the current workspace."""
        return self.workspace is not None and self.may_in(
            self.workspace.id, action, tenant_id, run_type
        )

    def may_in(
        self,
        workspace_id: int,
        action: Action,
        tenant_id: int | None = None,
        run_type: str | None = None,
    ) -> bool:
        """Whether the person may do this in any workspace, the current one or not."""
        return may(self.grants, action, Target(workspace_id, tenant_id, run_type))


def find_viewers(session: Session, known: Mapping[int, Viewer | None]) -> dict[int, Viewer]:
    """The persons of these sessions, without those that do not live any more; one statement.

    `known` gives whom each session was last seen to be, or None: of whom nothing has changed, the
    very same object is given back.
    """
    asked = json.dumps([(session_id,) for session_id in known])
    rows = session.execute(_OF_SESSIONS, {"sessions": asked}).all()
    return {row.session_id: _viewer(row, known[row.session_id]) for row in _living(rows)}


def viewer_in(session: Session, session_id: int) -> Viewer | None:
    """The person of a session as the transaction of a deed sees them; None once it is over."""
    return find_viewers(session, {session_id: None}).get(session_id)


def viewer_of(session: Session, token_hash: str) -> Viewer | None:
    """The person whose browser holds the token of this hash; None once the session is over."""
    rows = session.execute(_OF_TOKEN, {"token_hash": token_hash}).all()
    return next((_viewer(row, None) for row in _living(rows)), None)


def _living(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    # The same moment in every row, so it is read once.
    now = read_time(rows[0].now) if rows else None
    return [row for row in rows if now and _is_live(now, row.created_at, row.last_active_at)]


def _is_live(now: datetime, created_at: datetime | None, last_active_at: datetime | None) -> bool:
    if created_at is None or last_active_at is None:  # a text that is no time: not to be trusted
        return False
    return now - created_at < ABSOLUTE and now - last_active_at < IDLE


def _viewer(row: Row[Any], last: Viewer | None) -> Viewer:
    facts = row[_FACTS:]
    if last is not None and last.facts == facts:
        return last
    viewer = _made_of(row)
    if viewer == last:
        return last
    object.__setattr__(viewer, "facts", facts)
    return viewer


def _made_of(row: Row[Any]) -> Viewer:
    held: list[list[Any]] = json.loads(row.held or "[]")
    grants = tuple(Grant(role, workspace, tenant) for role, workspace, tenant, *_ in held)
    known = {
        workspace: WorkspaceRef(workspace, *map(read_short_text, names))
        for _role, workspace, _tenant, *names in held
    }
    workspaces = tuple(ref for ref in known.values() if visible_scope(grants, ref.id))
    chosen = [ref for ref in workspaces if ref.id == row.current_id]
    return Viewer(
        session_id=row.session_id,
        user_id=row.user_id,
        name=row.name,
        email=row.email,
        workspace=next(iter(chosen or workspaces), None),
        workspaces=workspaces,
        grants=grants,
        must_change_password=bool(row.is_password_given),
        unread=row.unread,
    )


def _viewers() -> Select[Any]:
    return (
        select(
            # Once for all of them.
            type_coerce(select(utc_now()).scalar_subquery(), NullType()).label("now"),
            col(UserSession.created_at),
            col(UserSession.last_active_at),
            col(UserSession.id).label("session_id"),
            col(UserSession.workspace_id).label("current_id"),
            col(User.id).label("user_id"),
            col(User.name),
            col(User.email),
            col(User.is_password_given),
            _held().label("held"),
            # Told along with the rights, so that no page asks for it.
            unread_column(),
        )
        .select_from(UserSession)
        .join(User, col(User.id) == col(UserSession.user_id))
        .where(col(UserSession.revoked_at).is_(None), col(User.disabled_at).is_(None))
    )


def _held() -> ColumnElement[Any]:
    """The memberships of the statement's `User`, by workspace, as a document that is read only
    when it is another than before."""
    held = (
        select(
            col(Membership.role),
            col(Workspace.id).label("workspace_id"),
            col(Membership.tenant_id),
            # As text, because bytes of another program would fail the whole document.
            cast(col(Workspace.slug), Text).label("slug"),
            cast(col(Workspace.name), Text).label("name"),
        )
        .join(Workspace, col(Workspace.id) == col(Membership.workspace_id))
        .where(col(Membership.user_id) == col(User.id), col(Membership.revoked_at).is_(None))
        .order_by(col(Workspace.slug), col(Membership.id))
        .correlate(User)
        .subquery("held")
    )
    return select(cast(json_rows(*held.c), Text)).select_from(held).scalar_subquery()


# After the moment and the times of the session, which make no other person of anybody.
_FACTS = 3
_ASKED = elements_of(bindparam("sessions", type_=Text)).table_valued("value", name="asked")
# Built once, as building them takes longer than answering them.
_OF_SESSIONS = _viewers().join(_ASKED, col(UserSession.id) == number_at(_ASKED.c.value, 0))
_OF_TOKEN = _viewers().where(col(UserSession.token_hash) == bindparam("token_hash"))
