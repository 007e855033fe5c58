"""Lists that are kept under a name: a person's own, and those shared in the workspace.

A view is a filter and nothing more: whoever opens it sees what they would see by that filter.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import SavedView, User, Workspace
from policy.access import Action, Scope, visible_scope
from policy.wording import said
from services import audit
from services.admin_terms import AdministrationError
from services.auth import Viewer, viewer_in
from services.operations import NotAllowedError
from services.packs.plain_text import plain
from services.run_filters import RunFilter, filter_parameters, read_run_filter
from services.tenants import find_tenants

LONGEST_NAME = 60
MOST_VIEWS = 50
_UTC = ZoneInfo("UTC")


class ViewNotFoundError(AdministrationError):
    """There is no such view, or none that the person sees."""

    def __init__(self) -> None:
        super().__init__(said("This view does not exist any more."))


@dataclass(frozen=True, slots=True)
class ViewRef:
    """A kept view as one person sees it, and what they may do with it."""

    id: int
    name: str
    wanted: RunFilter
    owner_name: str
    is_shared: bool
    is_own: bool
    may_share: bool
    may_delete: bool


def find_views(session: Session, viewer: Viewer, workspace_id: int) -> list[ViewRef]:
    """The person's own views and the shared ones, by name; a bounded number of either.

    To a person of some tenants a shared view that names another is not there.
    """
    scope = visible_scope(viewer.grants, workspace_id)
    if scope is None:
        return []
    own = col(SavedView.user_id) == viewer.user_id
    query = (
        select(SavedView, col(User.name))
        .join(User, col(User.id) == col(SavedView.user_id))
        .where(col(SavedView.workspace_id) == workspace_id, or_(own, col(SavedView.is_shared)))
        .order_by(func.lower(col(SavedView.name)), col(SavedView.id))
        .limit(2 * MOST_VIEWS)
    )
    views = [_ref(view, name, viewer, scope) for view, name in session.execute(query)]
    if scope.is_whole_workspace:
        return views
    seen = {None, *(tenant.slug for tenant in find_tenants(session, scope))}
    return [view for view in views if view.is_own or view.wanted.tenant_slug in seen]


def save_view(
    session: Session, viewer: Viewer, workspace_id: int, name: str, wanted: RunFilter
) -> int:
    """Keep what is `wanted` under a name. Raises `AdministrationError`, `NotAllowedError`."""
    viewer, _ = _enter(session, viewer, workspace_id)
    name = _proper_name(name)
    _require_room(session, viewer, workspace_id, name)
    view = SavedView(
        workspace_id=workspace_id, user_id=viewer.user_id, name=name, query=_query(wanted)
    )
    session.add(view)
    session.flush()
    _record(session, viewer, "view.saved", view, filter=plain(view.query, 1_000))
    return view.id or 0


def share_view(
    session: Session, viewer: Viewer, workspace_id: int, view_id: int, *, is_shared: bool
) -> None:
    """Show one's own view to everybody in the workspace, or no longer.

    To share it takes sight of the whole workspace; to take it back, nothing but being its owner.
    """
    viewer, scope = _enter(session, viewer, workspace_id)
    view = _visible(session, viewer, workspace_id, view_id)
    if view.user_id != viewer.user_id or (is_shared and not scope.is_whole_workspace):
        raise NotAllowedError
    if view.is_shared == is_shared:
        return
    if is_shared:
        _require_room_for_shared(session, workspace_id)
    view.is_shared = is_shared
    _record(session, viewer, "view.shared" if is_shared else "view.unshared", view)


def delete_view(session: Session, viewer: Viewer, workspace_id: int, view_id: int) -> None:
    """Delete one's own view, or as an owner of the workspace a shared one."""
    viewer, _ = _enter(session, viewer, workspace_id)
    view = _visible(session, viewer, workspace_id, view_id)
    if not _may_delete(viewer, view):
        raise NotAllowedError
    session.delete(view)
    _record(session, viewer, "view.deleted", view)


def _enter(session: Session, viewer: Viewer, workspace_id: int) -> tuple[Viewer, Scope]:
    """The person with the rights of this transaction, in the workspace, which is locked."""
    # The bound and the name are counted, then kept: two who save at once take turns.
    session.execute(
        select(col(Workspace.id)).where(col(Workspace.id) == workspace_id).with_for_update()
    )
    now = viewer_in(session, viewer.session_id)
    scope = None if now is None else visible_scope(now.grants, workspace_id)
    if now is None or scope is None:
        raise NotAllowedError
    return now, scope


def _visible(session: Session, viewer: Viewer, workspace_id: int, view_id: int) -> SavedView:
    view = session.get(SavedView, view_id, populate_existing=True)
    if view is None or view.workspace_id != workspace_id:
        raise ViewNotFoundError
    if not view.is_shared and view.user_id != viewer.user_id:
        raise ViewNotFoundError
    return view


def _may_delete(viewer: Viewer, view: SavedView) -> bool:
    is_own = view.user_id == viewer.user_id
    return is_own or (view.is_shared and viewer.may_in(view.workspace_id, Action.ADMINISTER))


def _proper_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise AdministrationError(said("Give the view a name."))
    if len(name) > LONGEST_NAME:
        raise AdministrationError(said("A name has at most {most} characters.", most=LONGEST_NAME))
    if not name.isprintable():
        raise AdministrationError(said("A name is one line of printable characters."))
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


def _query(wanted: RunFilter) -> str:
    return urlencode(filter_parameters(wanted), errors="replace")


def _wanted(query: str) -> RunFilter:
    # Other programs write this table too: what is no filter gets into no address.
    try:
        pairs = parse_qsl(query, max_num_fields=100)
    except ValueError:
        pairs = []
    return read_run_filter(pairs, _UTC).wanted


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


def _ref(view: SavedView, owner_name: str, viewer: Viewer, scope: Scope) -> ViewRef:
    is_own = view.user_id == viewer.user_id
    return ViewRef(
        id=view.id or 0,
        name=view.name,
        wanted=_wanted(view.query),
        owner_name=owner_name,
        is_shared=view.is_shared,
        is_own=is_own,
        may_share=is_own and (view.is_shared or scope.is_whole_workspace),
        may_delete=_may_delete(viewer, view),
    )
