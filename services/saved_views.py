"""Lists that are kept under a name: a person's own, and those shared in the workspace."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import SavedView, User, Workspace
from policy.access import Action
from policy.wording import said
from services import audit
from services.admin_terms import AdministrationError
from services.auth import Viewer
from services.operations import NotAllowedError
from services.run_filters import RunFilter, filter_parameters

LONGEST_NAME = 60
MOST_VIEWS = 50


class ViewNotFoundError(AdministrationError):
    """There is no such view, or none that the person sees."""

    def __init__(self) -> None:
        super().__init__(said("This view does not exist any more."))


@dataclass(frozen=True, slots=True)
class ViewRef:
    """A kept view as one person sees it; `query` is the address's, without the question mark."""

    id: int
    name: str
    query: str
    owner_name: str
    is_shared: bool
    is_own: bool


def find_views(session: Session, viewer: Viewer, workspace_id: int) -> list[ViewRef]:
    """The person's own views and the shared ones, by name; a bounded number of either."""
    if not _sees(viewer, workspace_id):
        return []
    own = col(SavedView.user_id) == viewer.user_id
    query = (
        select(SavedView, col(User.name))
        .join(User, col(User.id) == col(SavedView.user_id))
        .where(col(SavedView.workspace_id) == workspace_id, or_(own, col(SavedView.is_shared)))
        .order_by(col(SavedView.name), col(SavedView.id))
        .limit(2 * MOST_VIEWS)
    )
    return [_ref(view, name, viewer) for view, name in session.execute(query)]


def save_view(
    session: Session, viewer: Viewer, workspace_id: int, name: str, wanted: RunFilter
) -> int:
    """Keep what is `wanted` under a name. Raises `AdministrationError`."""
    if not _sees(viewer, workspace_id):
        raise NotAllowedError
    name = _proper_name(name)
    _lock(session, workspace_id)
    _require_room(session, viewer, workspace_id, name)
    query = urlencode(filter_parameters(wanted))
    view = SavedView(workspace_id=workspace_id, user_id=viewer.user_id, name=name, query=query)
    session.add(view)
    session.flush()
    _record(session, viewer, "view.saved", view, query=query)
    return view.id or 0


def share_view(session: Session, viewer: Viewer, view_id: int, *, is_shared: bool) -> None:
    """Show one's own view to everybody in the workspace, or no longer. Needs the right to start.

    Taking it back needs nothing but being its owner.
    """
    view = _visible(session, viewer, view_id)
    may_share = viewer.may_in(view.workspace_id, Action.START)
    if view.user_id != viewer.user_id or (is_shared and not may_share):
        raise NotAllowedError
    if view.is_shared == is_shared:
        return
    if is_shared:
        _require_room_for_shared(session, view.workspace_id)
    view.is_shared = is_shared
    _record(session, viewer, "view.shared" if is_shared else "view.unshared", view)


def delete_view(session: Session, viewer: Viewer, view_id: int) -> None:
    """Delete one's own view, or as an owner of the workspace a shared one."""
    view = _visible(session, viewer, view_id)
    if not _may_delete(viewer, view):
        raise NotAllowedError
    session.delete(view)
    _record(session, viewer, "view.deleted", view)


def _visible(session: Session, viewer: Viewer, view_id: int) -> SavedView:
    """The view, locked with all of its workspace."""
    view = session.get(SavedView, view_id)
    if view is None or not _sees(viewer, view.workspace_id):
        raise ViewNotFoundError
    _lock(session, view.workspace_id)
    found = session.get(SavedView, view_id, populate_existing=True)
    if found is None or not (found.is_shared or found.user_id == viewer.user_id):
        raise ViewNotFoundError
    return found


def _may_delete(viewer: Viewer, view: SavedView) -> bool:
    is_own = view.user_id == viewer.user_id
    return is_own or viewer.may_in(view.workspace_id, Action.ADMINISTER)


def _sees(viewer: Viewer, workspace_id: int) -> bool:
    return any(grant.workspace_id == workspace_id for grant in viewer.grants)


def _lock(session: Session, workspace_id: int) -> None:
    # The bound and the name are counted, then kept: two who save at once take turns.
    session.execute(
        select(col(Workspace.id)).where(col(Workspace.id) == workspace_id).with_for_update()
    )


def _proper_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise AdministrationError(
            said("A name is one line of 1 to {most} printable characters.", most=LONGEST_NAME)
        )
    return name


def _require_room(session: Session, viewer: Viewer, workspace_id: int, name: str) -> None:
    of_person = (
        col(SavedView.workspace_id) == workspace_id,
        col(SavedView.user_id) == viewer.user_id,
    )
    if session.scalar(select(col(SavedView.id)).where(*of_person, col(SavedView.name) == name)):
        raise AdministrationError(said("You have a view of this name already."))
    if (session.scalar(select(func.count()).where(*of_person)) or 0) >= MOST_VIEWS:
        raise AdministrationError(
            said("You have {most} views already; delete one first.", most=MOST_VIEWS)
        )


def _require_room_for_shared(session: Session, workspace_id: int) -> None:
    shared = (col(SavedView.workspace_id) == workspace_id, col(SavedView.is_shared))
    if (session.scalar(select(func.count()).where(*shared)) or 0) >= MOST_VIEWS:
        raise AdministrationError(
            said("There are {most} shared views already; delete one first.", most=MOST_VIEWS)
        )


def _record(session: Session, viewer: Viewer, action: str, view: SavedView, **details: Any) -> None:
    audit.record(
        session,
        action,
        "saved_view",
        view.id,
        workspace_id=view.workspace_id,
        actor_user_id=viewer.user_id,
        details={"name": view.name, **details},
    )


def _ref(view: SavedView, owner_name: str, viewer: Viewer) -> ViewRef:
    is_own = view.user_id == viewer.user_id
    return ViewRef(view.id or 0, view.name, view.query, owner_name, view.is_shared, is_own)
