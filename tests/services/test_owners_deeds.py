"""What an owner does from a page: within the workspace, once, and only to what was seen."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from models import ApiToken, AuditEntry, Membership, Tenant, User, UserSession
from models.columns import utc_now
from services import members, sign_ins, tenant_keeping, token_desk, workspaces
from services.admin_terms import AdministrationError, ChangedMeanwhileError
from services.administration import (
    add_tenant,
    add_user,
    add_workspace,
    revoke_member,
    set_member,
)
from services.auth import is_password
from services.database import Database
from services.desk import Desk
from services.members import Invitation, find_members, invite
from services.operations import NotAllowedError
from tests.databases import postgresql_only
from tests.waiting import wait_until

ADA, BOB, EVE = "ada@example.test", "bob@example.test", "eve@example.test"


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Ada owns northwind, Eve owns fabrikam, Bob operates both."""
    with database.writing() as session:
        for slug, tenant in (("northwind", "contoso"), ("fabrikam", "proseware")):
            add_workspace(session, slug, slug.title())
            add_tenant(session, slug, tenant, tenant.title())
        for email in (ADA, BOB, EVE):
            add_user(session, email, email.split("@")[0].title(), "correct horse")
        set_member(session, ADA, "northwind", "owner")
        set_member(session, EVE, "fabrikam", "owner")
        for slug in ("northwind", "fabrikam"):
            set_member(session, BOB, slug, "operator")
        yield session


def test_only_an_owner_administers(session: Session) -> None:
    for who, workspace_id in ((BOB, 1), (EVE, 1), (ADA, 2)):
        with pytest.raises(NotAllowedError):
            invite(session, desk(session, who, workspace_id), invitation("new@example.test"))


def test_a_right_that_was_lost_since_the_page_was_built_bites_in_the_deed(
    session: Session,
) -> None:
    here = desk(session, ADA, 1)
    set_member(session, BOB, "northwind", "owner")
    revoke_member(session, ADA, "northwind")

    with pytest.raises(NotAllowedError):
        tenant_keeping.add_from(session, here, "new", "New")


def test_a_sign_in_that_is_over_does_nothing_more(session: Session) -> None:
    here = desk(session, ADA, 1)
    sign_ins.end_all(session, here.user_id)

    with pytest.raises(NotAllowedError):
        workspaces.rename(session, here, "Northwind", "Other")


def test_who_has_no_account_gets_one_with_the_password_that_was_made(session: Session) -> None:
    invite(session, desk(session, ADA, 1), invitation("New@example.test", name="Newcomer"))

    user = session.scalars(select(User).where(col(User.email) == "new@example.test")).one()
    assert user.name == "Newcomer"
    assert (user.password_hash, user.is_password_given) == ("made beforehand", True)
    assert roles(session, "new@example.test") == [(1, None, "operator")]


def test_who_has_an_account_keeps_name_and_password(session: Session) -> None:
    invite(session, desk(session, ADA, 1), invitation(EVE, name="Somebody", role="auditor"))

    user = session.scalars(select(User).where(col(User.email) == EVE)).one()
    assert user.name == "Eve"
    assert is_password("correct horse", user.password_hash)
    assert not user.is_password_given
    assert (1, None, "auditor") in roles(session, EVE)


def test_a_second_invitation_changes_nothing(session: Session) -> None:
    here = desk(session, ADA, 1)
    invite(session, here, invitation("new@example.test"))

    with pytest.raises(AdministrationError, match="has a role there already"):
        invite(session, here, invitation("new@example.test", role="owner"))

    assert roles(session, "new@example.test") == [(1, None, "operator")]


def test_a_tenant_of_another_workspace_is_no_tenant(session: Session) -> None:
    foreign = tenant_id(session, "proseware")

    for wanted in (foreign, 999):
        with pytest.raises(AdministrationError, match=r"There is no such tenant\."):
            invite(
                session,
                desk(session, ADA, 1),
                invitation(BOB, role="tenant_admin", tenant=wanted),
            )


def test_a_changed_role_is_told_before_and_after(session: Session) -> None:
    here = desk(session, ADA, 1)

    members.change_role(session, here, membership(session, BOB, 1), "auditor")

    assert (1, None, "auditor") in roles(session, BOB)
    entry = last_entry(session)
    assert (entry.action, entry.workspace_id, entry.actor_user_id) == (
        "member.set",
        1,
        here.user_id,
    )
    assert entry.details == {
        "role": "auditor",
        "before": "operator",
        "tenant": None,
        "tenant_id": None,
    }


def test_what_someone_else_has_changed_meanwhile_is_refused(session: Session) -> None:
    here, seen = desk(session, ADA, 1), membership(session, BOB, 1)
    set_member(session, BOB, "northwind", "auditor")

    with pytest.raises(ChangedMeanwhileError):
        members.change_role(session, here, seen, "owner")
    with pytest.raises(ChangedMeanwhileError):
        members.revoke(session, here, seen)

    assert (1, None, "auditor") in roles(session, BOB)


def test_another_workspace_s_membership_cannot_be_reached(session: Session) -> None:
    foreign = membership(session, BOB, 2)

    with pytest.raises(ChangedMeanwhileError):
        members.revoke(session, desk(session, ADA, 1), foreign)

    assert (2, None, "operator") in roles(session, BOB)
    assert BOB in {one.email for one in find_members(session, 1)}
    assert EVE not in {one.email for one in find_members(session, 1)}


def test_the_last_owner_stays(session: Session) -> None:
    here, own = desk(session, ADA, 1), membership(session, ADA, 1)

    with pytest.raises(AdministrationError, match="last owner of northwind"):
        members.revoke(session, here, own)
    with pytest.raises(AdministrationError, match="last owner of northwind"):
        members.change_role(session, here, own, "auditor")


@postgresql_only
def test_of_two_owners_who_revoke_each_other_at_once_one_stays(
    session: Session, database: Database
) -> None:
    set_member(session, BOB, "northwind", "owner")
    ada, bob = desk(session, ADA, 1), desk(session, BOB, 1)
    ids = {one.email: one.id for one in find_members(session, 1)}
    session.commit()

    def answer() -> None:
        with database.writing() as other:
            members.revoke(other, bob, ids[ADA])

    def is_waiting() -> bool:
        with database.reading() as other:
            waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            return bool(other.scalar(text(waits)))

    with ThreadPoolExecutor() as pool:
        with database.writing() as first:
            members.revoke(first, ada, ids[BOB])
            answered = pool.submit(answer)
            wait_until(lambda: answered.done() or is_waiting())
        with pytest.raises(NotAllowedError):
            answered.result()

    with database.reading() as other:
        owners = [one.email for one in find_members(other, 1) if one.role == "owner"]
    assert owners == [ADA]


def test_a_name_is_changed_only_from_what_was_seen(session: Session) -> None:
    here, contoso = desk(session, ADA, 1), tenant_id(session, "contoso")

    tenant_keeping.rename(session, here, contoso, "Contoso", "Contoso Ltd")
    with pytest.raises(ChangedMeanwhileError):
        tenant_keeping.rename(session, here, contoso, "Contoso", "Other")
    workspaces.rename(session, here, "Northwind", "Northwind Traders")
    with pytest.raises(ChangedMeanwhileError):
        workspaces.rename(session, here, "Northwind", "Other")

    assert session.get_one(Tenant, contoso).name == "Contoso Ltd"
    assert last_entry(session).details == {"before": "Northwind", "after": "Northwind Traders"}


def test_whoever_makes_a_workspace_owns_it_and_nothing_else_changes(session: Session) -> None:
    workspaces.add_as_owner(session, desk(session, ADA, 1), "new", "New")

    assert (3, None, "owner") in roles(session, ADA)
    assert [one.email for one in find_members(session, 3)] == [ADA]


def test_an_owner_sees_and_ends_the_sign_ins_of_members_alone(session: Session) -> None:
    here = desk(session, ADA, 1)
    bobs, eves = sign_in(session, BOB), sign_in(session, EVE)

    seen = {one.id for one in sign_ins.find_of_members(session, 1)}
    sign_ins.end_of_member(session, here, bobs)
    with pytest.raises(ChangedMeanwhileError):
        sign_ins.end_of_member(session, here, eves)
    with pytest.raises(ChangedMeanwhileError):
        sign_ins.end_of_member(session, here, bobs)

    assert seen == {here.session_id, bobs}
    assert session.get_one(UserSession, eves).revoked_at is None
    assert bobs not in {one.id for one in sign_ins.find_of_members(session, 1)}
    entry = last_entry(session)
    assert (entry.action, entry.object_id, entry.workspace_id) == ("session.revoked", bobs, 1)


def test_all_sign_ins_of_a_member_end_together(session: Session) -> None:
    first, second = sign_in(session, BOB), sign_in(session, BOB)

    ended = sign_ins.end_all_of_member(session, desk(session, ADA, 1), user_id(session, BOB))

    assert sorted(ended) == [first, second]


def test_a_sign_in_of_somebody_else_is_not_one_s_own(session: Session) -> None:
    adas, bobs = sign_in(session, ADA), sign_in(session, BOB)

    with pytest.raises(ChangedMeanwhileError):
        sign_ins.end_own(session, user_id(session, ADA), bobs)
    ended = sign_ins.end_others(session, user_id(session, BOB), bobs)

    assert list(ended) == []
    assert {one.id for one in sign_ins.find_own(session, user_id(session, ADA))} == {adas}


def test_a_token_is_made_listed_and_ended_within_the_workspace(session: Session) -> None:
    here, there = desk(session, ADA, 1), desk(session, EVE, 2)
    token_desk.create(session, here, "nightly", 30)
    (made,) = token_desk.find_tokens(session, 1)

    with pytest.raises(ChangedMeanwhileError):
        token_desk.revoke(session, there, made.token.id)
    token_desk.revoke(session, here, made.token.id)
    with pytest.raises(ChangedMeanwhileError):
        token_desk.revoke(session, here, made.token.id)

    assert (made.token.name, made.made_by, made.token.is_live) == ("nightly", "Ada", True)
    assert session.get_one(ApiToken, made.token.id).revoked_at is not None
    assert token_desk.find_tokens(session, 2) == []


def desk(session: Session, email: str, workspace_id: int) -> Desk:
    return Desk(workspace_id, user_id(session, email), sign_in(session, email))


def sign_in(session: Session, email: str) -> int:
    now = session.execute(select(utc_now())).scalar_one()
    row = UserSession(
        token_hash=secrets.token_hex(8),
        user_id=user_id(session, email),
        created_at=now,
        last_active_at=now,
    )
    session.add(row)
    session.flush()
    return row.id or 0


def invitation(
    email: str, *, name: str = "New", role: str = "operator", tenant: int | None = None
) -> Invitation:
    return Invitation(email, name, role, tenant, "made beforehand")


def user_id(session: Session, email: str) -> int:
    return session.scalars(select(col(User.id)).where(col(User.email) == email)).one() or 0


def tenant_id(session: Session, slug: str) -> int:
    return session.scalars(select(col(Tenant.id)).where(col(Tenant.slug) == slug)).one() or 0


def membership(session: Session, email: str, workspace_id: int) -> int:
    return next(one.id for one in find_members(session, workspace_id) if one.email == email)


def roles(session: Session, email: str) -> list[tuple[int, int | None, str]]:
    rows = session.execute(
        select(col(Membership.workspace_id), col(Membership.tenant_id), col(Membership.role))
        .where(col(Membership.user_id) == user_id(session, email))
        .where(col(Membership.revoked_at).is_(None))
        .order_by(col(Membership.id))
    )
    return [(place, tenant, role) for place, tenant, role in rows]


def last_entry(session: Session) -> AuditEntry:
    return session.scalars(select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(1)).one()
