"""Views that are kept: whose they are, who sees them, and how many there can be."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import AuditEntry, SavedView, User, UserSession
from models.columns import utc_now
from services import sign_ins
from services.admin_terms import AdministrationError
from services.administration import (
    add_tenant,
    add_user,
    add_workspace,
    revoke_member,
    set_member,
)
from services.auth import Viewer, viewer_in
from services.database import Database
from services.operations import NotAllowedError
from services.run_filters import ANY_RUN, RunFilter
from services.saved_views import (
    LONGEST_NAME,
    MOST_VIEWS,
    ViewNotFoundError,
    ViewRef,
    delete_view,
    find_views,
    save_view,
    share_view,
)

FAILED = RunFilter(statuses=("failed",), text="a&b", last="24h")
_numbers = count(1)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Ada and Bob operate northwind, Olga owns it, Tom has a tenant of it; Eve is elsewhere."""
    with database.writing() as session:
        for slug in ("northwind", "fabrikam"):
            add_workspace(session, slug, slug.title())
        add_tenant(session, "northwind", "contoso", "Contoso")
        for name in ("ada", "bob", "olga", "tom", "eve"):
            add_user(session, f"{name}@example.test", name.title(), "correct horse")
        for name in ("ada", "bob"):
            set_member(session, f"{name}@example.test", "northwind", "operator")
        set_member(session, "olga@example.test", "northwind", "owner")
        set_member(session, "tom@example.test", "northwind", "tenant_admin", "contoso")
        set_member(session, "eve@example.test", "fabrikam", "owner")
        yield session


def test_a_view_is_its_owner_s_alone_until_it_is_shared(session: Session) -> None:
    ada, bob, tom = (person(session, name) for name in ("ada", "bob", "tom"))
    view_id = save_view(session, ada, 1, "  Broken ", FAILED)

    assert [(view.name, view.wanted) for view in views(session, ada)] == [("Broken", FAILED)]
    assert views(session, bob) == []
    share_view(session, ada, 1, view_id, is_shared=True)
    assert [view.owner_name for view in views(session, bob) + views(session, tom)] == ["Ada"] * 2
    share_view(session, ada, 1, view_id, is_shared=False)
    assert views(session, bob) == []


def test_a_shared_view_tells_nobody_of_a_tenant_that_they_do_not_see(session: Session) -> None:
    ada, bob, tom = (person(session, name) for name in ("ada", "bob", "tom"))
    add_tenant(session, "northwind", "wingtip", "Wingtip")
    for slug in ("contoso", "wingtip"):
        view_id = save_view(session, ada, 1, slug, RunFilter(tenant_slug=slug))
        share_view(session, ada, 1, view_id, is_shared=True)

    assert [view.name for view in views(session, bob)] == ["contoso", "wingtip"]
    assert [view.name for view in views(session, tom)] == ["contoso"]


def test_the_view_of_another_is_as_good_as_missing(session: Session) -> None:
    bob = person(session, "bob")
    view_id = save_view(session, person(session, "ada"), 1, "Broken", FAILED)

    for missing in (view_id, 99):
        with pytest.raises(ViewNotFoundError):
            delete_view(session, bob, 1, missing)
    with pytest.raises(ViewNotFoundError):  # an owner is no exception
        delete_view(session, person(session, "olga"), 1, view_id)


def test_a_shared_view_is_ended_by_its_owner_or_the_workspace_s(session: Session) -> None:
    ada, bob, olga, eve = (person(session, name) for name in ("ada", "bob", "olga", "eve"))
    view_id = save_view(session, ada, 1, "Broken", FAILED)
    share_view(session, ada, 1, view_id, is_shared=True)

    with pytest.raises(NotAllowedError):
        delete_view(session, bob, 1, view_id)
    with pytest.raises(NotAllowedError):
        share_view(session, bob, 1, view_id, is_shared=False)
    with pytest.raises(NotAllowedError):
        delete_view(session, eve, 1, view_id)
    with pytest.raises(ViewNotFoundError):
        delete_view(session, eve, 2, view_id)
    assert [offered(views(session, who)[0]) for who in (ada, bob, olga)] == [
        (True, True),
        (False, False),
        (False, True),
    ]
    delete_view(session, olga, 1, view_id)
    assert views(session, ada) == []


def test_who_sees_a_tenant_only_keeps_views_and_shares_none(session: Session) -> None:
    tom = person(session, "tom")
    view_id = save_view(session, tom, 1, "Mine", FAILED)

    assert offered(views(session, tom)[0]) == (False, True)
    with pytest.raises(NotAllowedError):
        share_view(session, tom, 1, view_id, is_shared=True)
    with pytest.raises(NotAllowedError):
        save_view(session, tom, 2, "Elsewhere", FAILED)


def test_a_right_that_was_lost_since_the_page_was_built_bites_in_the_deed(
    session: Session,
) -> None:
    ada, bob = person(session, "ada"), person(session, "bob")
    view_id = save_view(session, ada, 1, "Broken", FAILED)
    revoke_member(session, "ada@example.test", "northwind")
    sign_ins.end_all(session, bob.user_id)

    with pytest.raises(NotAllowedError):
        delete_view(session, ada, 1, view_id)
    with pytest.raises(NotAllowedError):
        save_view(session, ada, 1, "Another", FAILED)
    with pytest.raises(NotAllowedError):
        save_view(session, bob, 1, "Broken", FAILED)


@pytest.mark.parametrize("name", ["", "  ", "x" * (LONGEST_NAME + 1), "a\nb", " taken "])
def test_a_name_that_will_not_do_is_refused(session: Session, name: str) -> None:
    ada = person(session, "ada")
    save_view(session, ada, 1, "taken", FAILED)
    save_view(session, person(session, "bob"), 1, "taken", FAILED)  # each has names of their own

    with pytest.raises(AdministrationError):
        save_view(session, ada, 1, name, FAILED)


def test_there_is_a_bound(session: Session) -> None:
    ada = person(session, "ada")
    for number in range(MOST_VIEWS):
        save_view(session, ada, 1, f"view {number}", FAILED)

    with pytest.raises(AdministrationError, match="delete one first"):
        save_view(session, ada, 1, "one more", FAILED)


def test_what_another_program_stored_is_read_as_a_filter_or_not_at_all(session: Session) -> None:
    ada = person(session, "ada")
    queries = ("evil=1&q=fine", "&".join(["q=x"] * 200), "%ff=%00&status=<b>", "javascript:alert()")
    for number, query in enumerate(queries):
        session.add(SavedView(workspace_id=1, user_id=ada.user_id, name=str(number), query=query))
    session.flush()

    found = [view.wanted for view in views(session, ada)]

    assert found == [replace(ANY_RUN, text="fine"), ANY_RUN, ANY_RUN, ANY_RUN]


def test_every_deed_is_written_down(session: Session) -> None:
    ada = person(session, "ada")
    view_id = save_view(session, ada, 1, "Broken", FAILED)
    share_view(session, ada, 1, view_id, is_shared=True)
    share_view(session, ada, 1, view_id, is_shared=False)
    delete_view(session, ada, 1, view_id)

    table = AuditEntry.metadata.tables["audit_entry"]
    query = select(table.c.action).where(table.c.object_type == "saved_view")
    assert list(session.scalars(query.order_by(table.c.id))) == [
        "view.saved",
        "view.shared",
        "view.unshared",
        "view.deleted",
    ]


def views(session: Session, viewer: Viewer) -> list[ViewRef]:
    return find_views(session, viewer, 1)


def offered(view: ViewRef) -> tuple[bool, bool]:
    return view.may_share, view.may_delete


def person(session: Session, name: str) -> Viewer:
    """Somebody who has just signed in."""
    user_id = session.scalars(select(col(User.id)).where(col(User.name) == name.title())).one()
    now = session.execute(select(utc_now())).scalar_one()
    token = f"token-{next(_numbers)}"
    row = UserSession(token_hash=token, user_id=user_id, created_at=now, last_active_at=now)
    session.add(row)
    session.flush()
    viewer = viewer_in(session, row.id or 0)
    assert viewer is not None
    return viewer
