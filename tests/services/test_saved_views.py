"""Views that are kept: whose they are, who sees them, and how many there can be."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Role
from policy.access import Grant
from services.admin_terms import AdministrationError
from services.administration import add_tenant, add_user, add_workspace
from services.auth import Viewer
from services.database import Database
from services.operations import NotAllowedError
from services.run_filters import RunFilter
from services.saved_views import (
    LONGEST_NAME,
    MOST_VIEWS,
    ViewNotFoundError,
    delete_view,
    find_views,
    save_view,
    share_view,
)

FAILED = RunFilter(statuses=("failed",), text="a&b")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        for slug in ("northwind", "fabrikam"):
            add_workspace(session, slug, slug.title())
        add_tenant(session, "northwind", "contoso", "Contoso")
        for name in ("ada", "bob", "eve"):
            add_user(session, f"{name}@example.test", name.title(), "correct horse")
        yield session


def test_a_view_is_its_owner_s_alone_until_it_is_shared(session: Session) -> None:
    view_id = save_view(session, person(1), 1, "  Broken ", FAILED)

    assert [(view.name, view.query) for view in find_views(session, person(1), 1)] == [
        ("Broken", "outcome=failed&q=a%26b")
    ]
    assert find_views(session, person(2), 1) == []
    share_view(session, person(1), view_id, is_shared=True)
    assert [view.owner_name for view in find_views(session, person(2), 1)] == ["Ada"]
    share_view(session, person(1), view_id, is_shared=False)
    assert find_views(session, person(2), 1) == []


def test_a_view_of_another_is_as_good_as_missing_and_a_shared_one_is_not_theirs(
    session: Session,
) -> None:
    view_id = save_view(session, person(1), 1, "Broken", FAILED)

    for missing in (view_id, 99):
        with pytest.raises(ViewNotFoundError):
            delete_view(session, person(2), missing)
    share_view(session, person(1), view_id, is_shared=True)
    with pytest.raises(NotAllowedError):
        delete_view(session, person(2), view_id)
    with pytest.raises(NotAllowedError):
        share_view(session, person(2), view_id, is_shared=False)
    with pytest.raises(ViewNotFoundError):
        delete_view(session, person(3, workspace_id=2), view_id)
    delete_view(session, person(2, Role.OWNER), view_id)
    assert find_views(session, person(1), 1) == []


def test_who_sees_a_tenant_only_keeps_views_and_shares_none(session: Session) -> None:
    admin = person(2, Role.TENANT_ADMIN, tenant_id=1)
    view_id = save_view(session, admin, 1, "Mine", FAILED)

    with pytest.raises(NotAllowedError):
        share_view(session, admin, view_id, is_shared=True)
    with pytest.raises(NotAllowedError):
        save_view(session, admin, 2, "Elsewhere", FAILED)


@pytest.mark.parametrize("name", ["", "  ", "x" * (LONGEST_NAME + 1), "a\nb", "taken"])
def test_a_name_that_will_not_do_is_refused(session: Session, name: str) -> None:
    save_view(session, person(1), 1, "taken", FAILED)

    with pytest.raises(AdministrationError):
        save_view(session, person(1), 1, name, FAILED)


def test_there_is_a_bound(session: Session) -> None:
    for number in range(MOST_VIEWS):
        save_view(session, person(1), 1, f"view {number}", FAILED)

    with pytest.raises(AdministrationError, match="delete one first"):
        save_view(session, person(1), 1, "one more", FAILED)


def test_every_deed_is_written_down(session: Session) -> None:
    view_id = save_view(session, person(1), 1, "Broken", FAILED)
    share_view(session, person(1), view_id, is_shared=True)
    share_view(session, person(1), view_id, is_shared=False)
    delete_view(session, person(1), view_id)

    table = AuditEntry.metadata.tables["audit_entry"]
    query = select(table.c.action).where(table.c.object_type == "saved_view")
    assert list(session.scalars(query.order_by(table.c.id))) == [
        "view.saved",
        "view.shared",
        "view.unshared",
        "view.deleted",
    ]


def person(
    user_id: int,
    role: Role = Role.OPERATOR,
    *,
    workspace_id: int = 1,
    tenant_id: int | None = None,
) -> Viewer:
    grants = (Grant(role, workspace_id, tenant_id),)
    return Viewer(user_id, user_id, "Ada", "ada@example.test", None, (), grants)
