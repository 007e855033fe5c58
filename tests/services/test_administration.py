from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import AuditEntry, Membership, Tenant, User, Workspace
from services.administration import (
    AdministrationError,
    add_tenant,
    add_user,
    add_workspace,
    revoke_member,
    set_member,
    set_password,
)
from services.auth import is_password
from services.database import Database

ADA, BOB = "ada@example.test", "bob@example.test"


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        for slug, tenant in (("northwind", "contoso"), ("fabrikam", "proseware")):
            add_workspace(session, slug, slug.title())
            add_tenant(session, slug, tenant, tenant.title())
        for email in (ADA, BOB):
            add_user(session, email, email.split("@")[0].title(), "correct horse")
        yield session


@pytest.mark.parametrize("slug", ["a", "0", "a-b", "a" * 63])
def test_a_slug_is_short_lowercase_and_plain(session: Session, slug: str) -> None:
    workspace = add_workspace(session, slug, "Some name")

    assert workspace.slug == slug


@pytest.mark.parametrize("slug", ["", "-a", "A", "a b", "a_b", "ä", "a\n", "a" * 64])
def test_any_other_slug_is_refused(session: Session, slug: str) -> None:
    with pytest.raises(AdministrationError, match="is not a short name"):
        add_workspace(session, slug, "Some name")
    with pytest.raises(AdministrationError, match="is not a short name"):
        add_tenant(session, "northwind", slug, "Some name")


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 201])
def test_a_name_is_one_printable_line(session: Session, name: str) -> None:
    for add in (
        lambda: add_workspace(session, "new", name),
        lambda: add_tenant(session, "northwind", "new", name),
        lambda: add_user(session, "new@example.test", name, "correct horse"),
    ):
        with pytest.raises(AdministrationError, match="A name is one line"):
            add()


def test_a_taken_slug_is_refused(session: Session) -> None:
    with pytest.raises(AdministrationError, match="workspace northwind already"):
        add_workspace(session, "northwind", "Again")


def test_a_tenant_slug_is_unique_in_the_instance(session: Session) -> None:
    with pytest.raises(AdministrationError, match="tenant contoso already"):
        add_tenant(session, "fabrikam", "contoso", "Again")


def test_a_tenant_belongs_to_its_workspace(session: Session) -> None:
    tenant = add_tenant(session, "fabrikam", "wingtip", "  Wingtip ")

    assert tenant.name == "Wingtip"
    assert session.get_one(Workspace, tenant.workspace_id).slug == "fabrikam"


def test_an_unknown_workspace_tenant_or_account_is_named(session: Session) -> None:
    with pytest.raises(AdministrationError, match="no workspace 'nowhere'"):
        add_tenant(session, "nowhere", "new", "New")
    with pytest.raises(AdministrationError, match="no tenant 'proseware' in northwind"):
        set_member(session, ADA, "northwind", "tenant_admin", "proseware")
    with pytest.raises(AdministrationError, match=r"no account for nobody@example\.test"):
        set_member(session, "nobody@example.test", "northwind", "owner")
    with pytest.raises(AdministrationError, match=r"no account for nobody@example\.test"):
        set_password(session, "nobody@example.test", "correct horse")


def test_an_address_is_stored_without_case_and_taken_once(session: Session) -> None:
    user = add_user(session, "  Eve@Example.Test ", "Eve", "correct horse")

    assert user.email == "eve@example.test"
    with pytest.raises(AdministrationError, match=r"account for eve@example\.test already"):
        add_user(session, "EVE@example.test", "Eve", "correct horse")


@pytest.mark.parametrize(
    "email", ["", "ada", "a@b@c", "a b@c", "a@", "nul\x00@x", "x" * 320 + "@y"]
)
def test_what_is_no_address_is_refused(session: Session, email: str) -> None:
    with pytest.raises(AdministrationError, match="is not an e-mail address"):
        add_user(session, email, "Somebody", "correct horse")


@pytest.mark.parametrize("password", ["", "seven77", "x" * 1025])
def test_a_password_that_is_weak_or_could_never_sign_in_is_refused(
    session: Session, password: str
) -> None:
    with pytest.raises(AdministrationError, match="needs 8 to 1024 characters"):
        add_user(session, "new@example.test", "New", password)
    with pytest.raises(AdministrationError, match="needs 8 to 1024 characters"):
        set_password(session, ADA, password)


def test_a_new_password_replaces_the_old_one(session: Session) -> None:
    set_password(session, ADA.upper(), "another horse")

    stored = session.scalars(select(col(User.password_hash)).where(col(User.email) == ADA)).one()
    assert is_password("another horse", stored)
    assert not is_password("correct horse", stored)


def test_a_role_replaces_the_one_in_the_same_scope_only(session: Session) -> None:
    set_member(session, ADA, "northwind", "tenant_viewer", "contoso")
    set_member(session, ADA, "northwind", "operator")
    set_member(session, ADA, "fabrikam", "auditor")

    set_member(session, ADA, "northwind", "auditor")

    assert live_roles(session, ADA) == {
        ("fabrikam", None, "auditor"),
        ("northwind", "contoso", "tenant_viewer"),
        ("northwind", None, "auditor"),
    }


@pytest.mark.parametrize(
    ("role", "tenant"),
    [("owner", "contoso"), ("auditor", "contoso"), ("tenant_admin", None), ("tenant_viewer", None)],
)
def test_a_role_must_fit_its_scope(session: Session, role: str, tenant: str | None) -> None:
    with pytest.raises(AdministrationError, match="A tenant role needs a tenant"):
        set_member(session, ADA, "northwind", role, tenant)


@pytest.mark.parametrize("role", ["", "boss", "OWNER", "Role.OWNER"])
def test_an_unknown_role_is_answered_with_the_known_ones(session: Session, role: str) -> None:
    with pytest.raises(AdministrationError, match="choose from owner, operator, auditor"):
        set_member(session, ADA, "northwind", role)


def test_a_revoked_role_is_gone(session: Session) -> None:
    set_member(session, ADA, "northwind", "operator")

    revoke_member(session, ADA, "northwind")

    assert live_roles(session, ADA) == set()
    with pytest.raises(AdministrationError, match="has no role there"):
        revoke_member(session, ADA, "northwind")


def test_the_last_owner_can_neither_go_nor_step_down(session: Session) -> None:
    set_member(session, ADA, "northwind", "owner")
    set_member(session, BOB, "fabrikam", "owner")

    with pytest.raises(AdministrationError, match="last owner of northwind"):
        revoke_member(session, ADA, "northwind")
    with pytest.raises(AdministrationError, match="last owner of northwind"):
        set_member(session, ADA, "northwind", "auditor")

    assert live_roles(session, ADA) == {("northwind", None, "owner")}


def test_an_owner_may_go_when_another_stays(session: Session) -> None:
    set_member(session, ADA, "northwind", "owner")
    set_member(session, BOB, "northwind", "owner")

    revoke_member(session, ADA, "northwind")

    assert live_roles(session, ADA) == set()
    with pytest.raises(AdministrationError, match="last owner"):
        revoke_member(session, BOB, "northwind")


def test_the_last_owner_may_give_up_a_tenant_role(session: Session) -> None:
    set_member(session, ADA, "northwind", "owner")
    set_member(session, ADA, "northwind", "tenant_admin", "contoso")

    revoke_member(session, ADA, "northwind", "contoso")

    assert live_roles(session, ADA) == {("northwind", None, "owner")}


def test_every_deed_leaves_one_entry(session: Session) -> None:
    before = entries(session)
    add_workspace(session, "new", "New")
    add_tenant(session, "new", "newer", "Newer")
    add_user(session, "new@example.test", "New", "correct horse")
    set_password(session, "new@example.test", "another horse")
    set_member(session, "new@example.test", "new", "operator")
    revoke_member(session, "new@example.test", "new")

    assert entries(session)[len(before) :] == [
        "workspace.added",
        "tenant.added",
        "user.added",
        "user.password_set",
        "member.set",
        "member.revoked",
    ]


def test_the_trail_holds_no_password(session: Session) -> None:
    details = [str(entry) for entry in session.scalars(select(col(AuditEntry.details)))]

    assert details
    assert not any("horse" in text or "argon2" in text for text in details)


def test_a_refused_command_changes_nothing(database: Database) -> None:
    def add_both() -> None:
        with database.writing() as session:
            add_workspace(session, "northwind", "Northwind")
            add_tenant(session, "nowhere", "contoso", "Contoso")

    with pytest.raises(AdministrationError):
        add_both()

    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Workspace)) == 0
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def live_roles(session: Session, email: str) -> set[tuple[str, str | None, str]]:
    rows = session.execute(
        select(col(Workspace.slug), col(Tenant.slug), col(Membership.role))
        .select_from(Membership)
        .join(User, col(User.id) == col(Membership.user_id))
        .join(Workspace, col(Workspace.id) == col(Membership.workspace_id))
        .outerjoin(Tenant, col(Tenant.id) == col(Membership.tenant_id))
        .where(col(User.email) == email, col(Membership.revoked_at).is_(None))
    ).all()
    return {(workspace, tenant, role) for workspace, tenant, role in rows}


def entries(session: Session) -> list[str]:
    return list(session.scalars(select(col(AuditEntry.action)).order_by(col(AuditEntry.id))))
