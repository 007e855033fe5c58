"""Accounts: one's own name and password, and accounts that are closed."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import AuditEntry, User, UserSession
from models.columns import from_now
from services import accounts
from services.admin_terms import (
    AdministrationError,
    ChangedMeanwhileError,
    first_password,
    password_hash,
)
from services.administration import (
    add_user,
    add_workspace,
    disable_user,
    enable_user,
    end_session,
    end_sessions,
    list_sessions,
    list_users,
    set_member,
)
from services.auth import IDLE, Auth, SignInRefused, is_password
from services.database import Database

ADA, WORDS = "ada@example.test", "correct horse"


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        add_user(session, ADA, "Ada", WORDS)
        yield session


@pytest.fixture
def auth(database: Database) -> Auth:
    with database.writing() as session:
        add_user(session, ADA, "Ada", WORDS)
        add_workspace(session, "northwind", "Northwind")
        set_member(session, ADA, "northwind", "owner")
    return Auth(database)


def test_a_person_changes_the_name_that_was_shown(session: Session) -> None:
    accounts.rename(session, 1, "Ada", " Ada Lovelace ")

    with pytest.raises(ChangedMeanwhileError):
        accounts.rename(session, 1, "Ada", "Other")
    with pytest.raises(AdministrationError, match="A name is one line"):
        accounts.rename(session, 1, "Ada Lovelace", "two\nlines")

    assert session.get_one(User, 1).name == "Ada Lovelace"
    last = session.scalars(select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(1)).one()
    assert (last.action, last.actor_user_id) == ("user.renamed", 1)
    assert last.details == {"before": "Ada", "after": "Ada Lovelace"}


def test_five_wrong_passwords_are_enough_for_a_quarter_of_an_hour(session: Session) -> None:
    for _ in range(4):
        accounts.record_wrong_password(session, 1)
    assert not accounts.has_tried_too_often(session, 1)

    accounts.record_wrong_password(session, 1)

    assert accounts.has_tried_too_often(session, 1)
    assert not accounts.has_tried_too_often(session, 2)
    session.execute(update(AuditEntry).values(at=from_now(-accounts._WRONG_PASSWORDS_COUNT_FOR)))
    assert not accounts.has_tried_too_often(session, 1)


def test_first_passwords_differ_and_are_accepted() -> None:
    made = {first_password() for _ in range(50)}

    assert len(made) == 50
    assert all(is_password(word, password_hash(word)) for word in list(made)[:2])


async def test_one_s_own_new_password_ends_every_other_sign_in(
    auth: Auth, database: Database
) -> None:
    here, there = [await auth.sign_in(ADA, WORDS, None) for _ in range(2)]
    viewer = await auth.viewer_of_token(here)
    assert viewer is not None

    with database.writing() as session:
        user = session.get_one(User, viewer.user_id)
        ended = accounts.replace_password(
            session,
            user,
            password_hash("another horse"),
            keep_session_id=viewer.session_id,
            actor_id=viewer.user_id,
        )

    assert len(ended) == 1
    assert await auth.viewer_of_token(here) is not None
    assert await auth.viewer_of_token(there) is None
    assert await auth.is_own_password(viewer.user_id, "another horse")
    assert not await auth.is_own_password(viewer.user_id, WORDS)
    assert not await auth.is_own_password(viewer.user_id, "x" * 2000)


async def test_a_closed_account_is_signed_out_and_cannot_sign_in_until_it_is_opened(
    auth: Auth, database: Database
) -> None:
    token = await auth.sign_in(ADA, WORDS, None)

    with database.writing() as session:
        disable_user(session, ADA)

    assert await auth.viewer_of_token(token) is None
    with pytest.raises(SignInRefused):
        await auth.sign_in(ADA, WORDS, None)
    with database.writing() as session:
        assert [one.disabled_at is None for one in list_users(session)] == [False]
        enable_user(session, ADA)
    assert await auth.viewer_of_token(token) is None
    again = await auth.viewer_of_token(await auth.sign_in(ADA, WORDS, None))
    assert again is not None
    assert again.workspace is not None


async def test_a_sign_in_is_known_by_where_it_came_from_and_ends_by_hand(
    auth: Auth, database: Database
) -> None:
    token = await auth.sign_in(ADA, WORDS, None)
    await auth.note_origin(token, "192.0.2.7", "Agent\x1b[31m" + "x" * 5000)

    with database.writing() as session:
        (one,) = list_sessions(session, ADA.upper())
        end_session(session, one.id)
        with pytest.raises(AdministrationError, match=f"no live session {one.id}"):
            end_session(session, one.id)
        assert list(end_sessions(session, ADA)) == []

    assert (one.address, one.email) == ("192.0.2.7", ADA)
    assert one.user_agent is not None
    assert one.user_agent.startswith("Agent [31m")
    assert len(one.user_agent) == 300
    assert await auth.viewer_of_token(token) is None


async def test_a_sign_in_that_has_run_out_is_not_listed(auth: Auth, database: Database) -> None:
    await auth.sign_in(ADA, WORDS, None)

    with database.writing() as session:
        session.execute(update(UserSession).values(last_active_at=from_now(-IDLE)))
        assert list_sessions(session, None) == []
