"""Who is asking, of many sessions at once: one statement, and nobody new while nothing changes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlmodel import col

from models import Membership, Notification, OperationRun, User, UserSession, Workspace
from models.columns import from_now, utc_now
from services.auth import ABSOLUTE, IDLE, Auth, Viewer
from services.database import Database
from services.viewers import find_viewers
from tests.services.statements import explained, statements

PEOPLE = ("ada", "bob", "cleo")


@pytest.fixture
def sessions(database: Database) -> tuple[int, int, int]:
    """Of three people: an operator of two workspaces, an auditor of one, and one of no role."""
    with database.writing() as session:
        here = Workspace(slug="northwind", name="Northwind")
        there = Workspace(slug="fabrikam", name="Fabrikam")
        session.add_all((here, there))
        people = [User(email=f"{n}@example.test", name=n, password_hash="none") for n in PEOPLE]
        session.add_all(people)
        session.flush()
        ada, bob, _cleo = (person.id for person in people)
        rows = ((here.id, ada, "operator"), (there.id, ada, "operator"), (here.id, bob, "auditor"))
        for workspace_id, user_id, role in rows:
            row = {"workspace_id": workspace_id, "user_id": user_id, "role": role}
            session.execute(insert(Membership).values(**row))
        first, second, third = (sign_in(session, person.id) for person in people)
    return first, second, third


def sign_in(session: Any, user_id: int | None) -> int:
    now = session.scalar(select(utc_now()))
    row = {"token_hash": f"{user_id}", "created_at": now, "last_active_at": now}
    opened = insert(UserSession).values(user_id=user_id, **row).returning(col(UserSession.id))
    session_id: int = session.scalar(opened)
    return session_id


def look(database: Database, known: Mapping[int, Viewer | None]) -> dict[int, Viewer]:
    with database.reading() as session:
        return find_viewers(session, known)


def write(database: Database, *changes: Any) -> None:
    with database.writing() as session:
        for change in changes:
            session.execute(change)


async def test_all_sessions_are_one_statement_and_read_as_each_alone(
    database: Database, sessions: tuple[int, int, int]
) -> None:
    auth = Auth(database)

    with statements(database.engine) as seen:
        found = await auth.viewers_of_sessions(dict.fromkeys((*sessions, 4711)))

    assert len([sql for sql in seen if "SELECT" in sql]) == 1
    assert found == {number: await auth.viewer_of_session(number) for number in sessions}
    ada, bob, cleo = (found[number] for number in sessions)
    assert [ref.slug for ref in ada.workspaces] == ["fabrikam", "northwind"]
    assert [grant.role for grant in bob.grants] == ["auditor"]
    assert (cleo.workspace, cleo.grants) == (None, ())


def test_of_whom_nothing_has_changed_the_same_object_comes_back(
    database: Database, sessions: tuple[int, int, int]
) -> None:
    known = look(database, dict.fromkeys(sessions))
    moments = {"created_at": from_now(-timedelta(hours=1)), "last_active_at": utc_now()}
    write(database, update(UserSession).values(**moments))

    again = look(database, known)

    assert all(again[number] is known[number] for number in sessions)


def test_an_equal_person_of_other_origin_is_kept_too(
    database: Database, sessions: tuple[int, int, int]
) -> None:
    first = sessions[0]
    copy = replace(look(database, {first: None})[first])

    assert look(database, {first: copy})[first] is copy


def test_a_changed_copy_is_no_evidence_of_what_is_stored(
    database: Database, sessions: tuple[int, int, int]
) -> None:
    first = sessions[0]
    stored = look(database, {first: None})[first]

    assert look(database, {first: replace(stored, grants=())})[first] == stored


@pytest.mark.parametrize(
    "change",
    [
        update(Membership).values(revoked_at=utc_now()),
        update(Membership).values(role="owner"),
        update(User).values(name="Somebody"),
        update(User).values(is_password_given=True),
        update(Workspace).values(name="Renamed"),
        update(UserSession).values(workspace_id=1),
    ],
)
def test_what_has_changed_is_seen_at_the_next_look(
    database: Database, sessions: tuple[int, int, int], change: Any
) -> None:
    first = sessions[0]
    known = look(database, {first: None})

    write(database, change)

    after = look(database, known)
    assert after[first] != known[first]
    assert after == look(database, {first: None})


def test_a_new_notification_is_seen_at_the_next_look(
    database: Database, sessions: tuple[int, int, int]
) -> None:
    known = look(database, dict.fromkeys(sessions))
    write(
        database,
        insert(OperationRun).values(workspace_id=1, type="sample.work"),
        insert(Notification).values(user_id=1, workspace_id=1, run_id=1),
    )

    after = look(database, known)

    assert after[sessions[0]].unread == 1
    assert after[sessions[1]] is known[sessions[1]]


@pytest.mark.parametrize(
    "end",
    [
        update(UserSession).values(revoked_at=utc_now()),
        update(UserSession).values(last_active_at=from_now(-IDLE)),
        update(UserSession).values(created_at=from_now(-ABSOLUTE)),
        update(User).values(disabled_at=utc_now()),
    ],
)
def test_an_ended_session_is_left_out_however_well_it_was_known(
    database: Database, sessions: tuple[int, int, int], end: Any
) -> None:
    known = look(database, dict.fromkeys(sessions))
    other = User.id if end.table.name == "user_account" else UserSession.user_id
    write(database, end.where(col(other) == 1))

    assert set(look(database, known)) == set(sessions[1:])


def test_times_and_names_that_are_none_are_not_trusted_and_harm_nobody_else(
    sqlite_database: Database,
) -> None:
    with sqlite_database.writing() as session:
        session.add(Workspace(slug="northwind", name="Northwind"))
        session.add_all(User(email=n, name=n, password_hash="none") for n in PEOPLE)
        session.flush()
        row = {"workspace_id": 1, "user_id": 1, "role": "auditor"}
        session.execute(insert(Membership).values(**row))
        first, second, _third = (sign_in(session, number) for number in (1, 2, 3))
        session.execute(text("UPDATE user_session SET created_at = 'zzz' WHERE user_id = 2"))
        session.execute(text(f"UPDATE workspace SET name = CAST('{'n' * 500}' AS BLOB)"))

    found = look(sqlite_database, {first: None, second: None})

    assert set(found) == {first}
    assert found[first].workspaces[0].name == f"{'n' * 400}…"


def test_nobody_signed_in_is_nobody_found(database: Database) -> None:
    assert look(database, {}) == {}


def test_every_table_is_searched_by_an_index(sqlite_database: Database) -> None:
    with statements(sqlite_database.engine) as seen:
        look(sqlite_database, {1: None})

    plan = explained(sqlite_database, seen[-1])
    tables = ("user_session", "user_account", "membership", "workspace", "notification")
    assert len([step for step in plan if step.startswith(f"SEARCH {tables[0]}")]) == 1
    assert not [step for step in plan if step.startswith(tuple(f"SCAN {t}" for t in tables))]


@pytest.mark.parametrize("broken", ["x'FFFE00'", "cast(x'FFFE00' as text)"])
def test_a_name_that_is_no_text_takes_the_rights_of_nobody(
    sqlite_database: Database, broken: str
) -> None:
    """Another program may write so into SQLite; all who are signed in are read in one statement."""
    database = sqlite_database
    with database.writing() as session:
        workspace = Workspace(slug="northwind", name="Northwind")
        ada = User(email="ada@example.test", name="ada", password_hash="none")
        session.add_all((workspace, ada))
        session.flush()
        row = {"workspace_id": workspace.id, "user_id": ada.id, "role": "operator"}
        session.execute(insert(Membership).values(**row))
        signed_in = sign_in(session, ada.id)
        session.execute(text(f"UPDATE workspace SET name = {broken}"))

    viewer = look(database, {signed_in: None})[signed_in]

    assert viewer.scope is not None
