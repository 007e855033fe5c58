import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select, update
from sqlmodel import col

from models import AuditEntry, Membership, User, UserSession
from policy.access import Action
from services import auth as auth_module
from services.administration import (
    add_tenant,
    add_user,
    add_workspace,
    revoke_member,
    set_member,
    set_password,
)
from services.auth import (
    ABSOLUTE,
    IDLE,
    Auth,
    SignInRefused,
    Viewer,
    csrf_token,
    hash_password,
    is_csrf_token,
    is_password,
)
from services.database import Database
from tests.databases import sqlite_only

EMAIL = "ada@example.test"
PASSWORD = "correct horse"


@pytest.fixture
def auth(database: Database) -> Auth:
    with database.writing() as session:
        for slug in ("northwind", "fabrikam", "hidden"):
            add_workspace(session, slug, slug.title())
        add_tenant(session, "northwind", "contoso", "Contoso")
        add_user(session, EMAIL, "Ada", PASSWORD)
        set_member(session, EMAIL, "northwind", "operator")
    return Auth(database)


async def test_a_person_who_signs_in_is_known_by_the_token(auth: Auth) -> None:
    token = await auth.sign_in(EMAIL, PASSWORD, None)

    viewer = await viewer_of(auth, token)

    assert (viewer.name, viewer.email) == ("Ada", EMAIL)
    assert viewer.workspace is not None
    assert viewer.workspace.slug == "northwind"
    assert await auth.viewer_of_session(viewer.session_id) == viewer


async def test_an_address_is_compared_without_case_and_blanks(auth: Auth) -> None:
    token = await auth.sign_in(f"  {EMAIL.upper()} ", PASSWORD, None)

    assert await auth.viewer_of_token(token) is not None


async def test_an_unknown_account_and_a_wrong_password_get_the_same_answer(auth: Auth) -> None:
    with pytest.raises(SignInRefused) as unknown:
        await auth.sign_in("nobody@example.test", PASSWORD, None)
    with pytest.raises(SignInRefused) as wrong:
        await auth.sign_in(EMAIL, "wrong horse", None)

    assert str(unknown.value) == str(wrong.value)
    assert str(wrong.value) == "This e-mail address and password do not match an account."


async def test_an_unknown_account_costs_a_verification_too(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []

    def spy(password: str, password_hash: str) -> bool:
        verified.append(password)
        return is_password(password, password_hash)

    monkeypatch.setattr(auth_module, "is_password", spy)

    with pytest.raises(SignInRefused):
        await auth.sign_in("nobody@example.test", PASSWORD, None)

    assert verified == [PASSWORD]


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "x" * 1025),
        ("x" * 320 + "@example.test", PASSWORD),
        ("nul\x00@example.test", PASSWORD),
        ("lone\ud800@example.test", PASSWORD),
    ],
)
async def test_what_cannot_be_an_account_is_refused_without_hashing(
    auth: Auth, monkeypatch: pytest.MonkeyPatch, email: str, password: str
) -> None:
    monkeypatch.delattr(auth_module, "verify_password")

    with pytest.raises(SignInRefused):
        await auth.sign_in(email, password, None)


async def test_a_password_of_lone_surrogates_is_merely_wrong(auth: Auth) -> None:
    with pytest.raises(SignInRefused):
        await auth.sign_in(EMAIL, "\ud800", None)


async def test_a_broken_password_hash_opens_nothing(auth: Auth, database: Database) -> None:
    with database.writing() as session:
        session.execute(update(User).values(password_hash="!"))

    with pytest.raises(SignInRefused):
        await auth.sign_in(EMAIL, PASSWORD, None)


async def test_every_sign_in_is_a_new_session_and_ends_the_previous_one(auth: Auth) -> None:
    first = await auth.sign_in(EMAIL, PASSWORD, None)

    second = await auth.sign_in(EMAIL, PASSWORD, first)

    assert second != first
    assert await auth.viewer_of_token(first) is None
    assert await auth.viewer_of_token(second) is not None


async def test_another_browser_stays_signed_in(auth: Auth) -> None:
    first = await auth.sign_in(EMAIL, PASSWORD, None)

    await auth.sign_in(EMAIL, PASSWORD, None)

    assert await auth.viewer_of_token(first) is not None


async def test_the_database_holds_no_token(auth: Auth, database: Database) -> None:
    token = await auth.sign_in(EMAIL, PASSWORD, None)

    with database.reading() as session:
        stored = session.scalars(select(col(UserSession.token_hash))).one()

    assert token not in stored
    assert await auth.viewer_of_token(stored) is None


async def test_an_outdated_hash_is_renewed_by_a_sign_in(auth: Auth, database: Database) -> None:
    weak = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    with database.writing() as session:
        session.execute(update(User).values(password_hash=weak))

    await auth.sign_in(EMAIL, PASSWORD, None)

    renewed = stored_hash(database)
    assert renewed != weak
    assert is_password(PASSWORD, renewed)


async def test_a_password_changed_during_verification_no_longer_opens(
    auth: Auth, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def verify_slowly(password_hash: str | None, password: str) -> tuple[bool, str | None]:
        with database.writing() as session:
            session.execute(update(User).values(password_hash=hash_password("something new")))
        return True, None

    monkeypatch.setattr(auth_module, "verify_password", verify_slowly)

    with pytest.raises(SignInRefused):
        await auth.sign_in(EMAIL, PASSWORD, None)


async def test_at_most_two_passwords_are_verified_at_once(
    auth: Auth, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    running: list[int] = []
    at_once: list[int] = []
    idle = asyncio.Event()

    async def watch(work: object) -> tuple[bool, None]:
        running.append(1)
        at_once.append(len(running))
        if len(at_once) == 2:
            idle.set()
        await idle.wait()
        await asyncio.sleep(0)
        running.pop()
        return False, None

    monkeypatch.setattr(auth_module, "_find_account", lambda session, email: None)
    monkeypatch.setattr(auth, "_database", _Watched(database, watch))

    await asyncio.gather(
        *(auth.sign_in(f"{n}@example.test", PASSWORD, None) for n in range(6)),
        return_exceptions=True,
    )

    assert len(at_once) == 6
    assert max(at_once) == 2


async def test_sign_ins_leave_a_trace(auth: Auth, database: Database) -> None:
    viewer = await viewer_of(auth, await auth.sign_in(EMAIL, PASSWORD, None))
    with pytest.raises(SignInRefused):
        await auth.sign_in(EMAIL, "wrong horse", None)
    await auth.sign_out(viewer.session_id)

    assert actions(database)[-3:] == ["sign_in", "sign_in_refused", "sign_out"]


async def test_who_signed_out_is_gone_and_signs_out_only_once(
    auth: Auth, database: Database
) -> None:
    token = await auth.sign_in(EMAIL, PASSWORD, None)
    viewer = await viewer_of(auth, token)

    await auth.sign_out(viewer.session_id)
    await auth.sign_out(viewer.session_id)

    assert await auth.viewer_of_token(token) is None
    assert actions(database).count("sign_out") == 1


@pytest.mark.parametrize(
    ("age", "idle", "is_live"),
    [
        (timedelta(0), IDLE - timedelta(minutes=1), True),
        (timedelta(0), IDLE + timedelta(seconds=1), False),
        (ABSOLUTE - timedelta(minutes=1), timedelta(0), True),
        (ABSOLUTE + timedelta(seconds=1), timedelta(0), False),
    ],
)
async def test_a_session_ends_by_idleness_and_by_age(
    auth: Auth, database: Database, age: timedelta, idle: timedelta, is_live: bool
) -> None:
    token = await auth.sign_in(EMAIL, PASSWORD, None)
    viewer = await viewer_of(auth, token)

    grow_old(database, age=age, idle=idle)

    assert (await auth.viewer_of_token(token) is not None) == is_live
    assert (await auth.viewer_of_session(viewer.session_id) is not None) == is_live


@sqlite_only
async def test_times_that_cannot_be_read_end_a_session(auth: Auth, database: Database) -> None:
    token = await auth.sign_in(EMAIL, PASSWORD, None)
    with database.writing() as session:
        session.connection().exec_driver_sql("UPDATE user_session SET last_active_at = 'soon'")

    assert await auth.viewer_of_token(token) is None


async def test_reading_is_one_statement_and_keeps_nobody_signed_in(
    auth: Auth, database: Database
) -> None:
    token = await auth.sign_in(EMAIL, PASSWORD, None)
    grow_old(database, idle=timedelta(minutes=20))
    before = last_active_at(database)
    statements = watch_statements(database)

    viewer = await viewer_of(auth, token)
    await auth.viewer_of_session(viewer.session_id)

    assert [sql.split()[0] for sql in statements] == ["SELECT", "SELECT"]
    assert last_active_at(database) == before


async def test_activity_keeps_a_session_alive(auth: Auth, database: Database) -> None:
    token = await auth.sign_in(EMAIL, PASSWORD, None)
    viewer = await viewer_of(auth, token)
    grow_old(database, idle=timedelta(minutes=29))

    await auth.touch(viewer.session_id)

    assert datetime.now(UTC) - last_active_at(database) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("age", "idle"), [(timedelta(0), timedelta(minutes=31)), (ABSOLUTE, timedelta(minutes=2))]
)
async def test_a_late_click_revives_nothing(
    auth: Auth, database: Database, age: timedelta, idle: timedelta
) -> None:
    token = await auth.sign_in(EMAIL, PASSWORD, None)
    viewer = await viewer_of(auth, token)
    grow_old(database, age=age, idle=idle)
    before = last_active_at(database)

    await auth.touch(viewer.session_id)

    assert last_active_at(database) == before
    assert await auth.viewer_of_token(token) is None


async def test_activity_is_written_once_a_minute(database: Database, auth: Auth) -> None:
    now = [1000.0]
    auth = Auth(database, clock=lambda: now[0])
    viewer = await viewer_of(auth, await auth.sign_in(EMAIL, PASSWORD, None))
    await auth.touch(viewer.session_id)
    statements = watch_statements(database)

    now[0] += 59
    await auth.touch(viewer.session_id)
    in_the_minute = len(statements)
    now[0] += 1
    await auth.touch(viewer.session_id)

    assert in_the_minute == 0
    assert len(statements) > 0


async def test_the_rights_of_now_are_read_every_time(auth: Auth, database: Database) -> None:
    token = await auth.sign_in(EMAIL, PASSWORD, None)
    before = await viewer_of(auth, token)
    with database.writing() as session:
        set_member(session, EMAIL, "northwind", "auditor")

    after = await viewer_of(auth, token)

    assert before.may(Action.START)
    assert not after.may(Action.START)
    assert after.may(Action.AUDIT)


async def test_without_any_right_there_is_no_workspace(auth: Auth, database: Database) -> None:
    token = await auth.sign_in(EMAIL, PASSWORD, None)
    with database.writing() as session:
        revoke_member(session, EMAIL, "northwind")

    viewer = await viewer_of(auth, token)

    assert (viewer.workspace, viewer.workspaces, viewer.scope) == (None, (), None)
    assert not viewer.may(Action.SEE)


async def test_a_tenant_role_sees_its_tenant_only(auth: Auth, database: Database) -> None:
    with database.writing() as session:
        set_member(session, EMAIL, "fabrikam", "auditor")
        revoke_member(session, EMAIL, "northwind")
        set_member(session, EMAIL, "northwind", "tenant_viewer", "contoso")
    token = await auth.sign_in(EMAIL, PASSWORD, None)
    await auth.switch_workspace((await viewer_of(auth, token)).session_id, "northwind")

    viewer = await viewer_of(auth, token)

    assert viewer.scope is not None
    assert viewer.scope.tenant_ids == frozenset({1})
    assert viewer.may(Action.SEE, tenant_id=1)
    assert not viewer.may(Action.SEE)


async def test_a_workspace_role_tied_to_a_tenant_opens_nothing(
    auth: Auth, database: Database
) -> None:
    with database.writing() as session:
        session.execute(update(Membership).values(tenant_id=1))

    viewer = await viewer_of(auth, await auth.sign_in(EMAIL, PASSWORD, None))

    assert viewer.workspaces == ()


async def test_a_person_switches_only_to_a_workspace_with_a_right_in_it(
    auth: Auth, database: Database
) -> None:
    with database.writing() as session:
        set_member(session, EMAIL, "fabrikam", "auditor")
    token = await auth.sign_in(EMAIL, PASSWORD, None)
    session_id = (await viewer_of(auth, token)).session_id

    answers = [
        await auth.switch_workspace(session_id, slug) for slug in ("northwind", "hidden", "nowhere")
    ]

    viewer = await viewer_of(auth, token)
    assert answers == [True, False, False]
    assert [ref.slug for ref in viewer.workspaces] == ["fabrikam", "northwind"]
    assert viewer.workspace is not None
    assert viewer.workspace.slug == "northwind"


async def test_who_loses_the_chosen_workspace_falls_back_to_the_first(
    auth: Auth, database: Database
) -> None:
    with database.writing() as session:
        set_member(session, EMAIL, "fabrikam", "auditor")
    token = await auth.sign_in(EMAIL, PASSWORD, None)
    await auth.switch_workspace((await viewer_of(auth, token)).session_id, "northwind")
    with database.writing() as session:
        revoke_member(session, EMAIL, "northwind")

    viewer = await viewer_of(auth, token)

    assert viewer.workspace is not None
    assert viewer.workspace.slug == "fabrikam"


async def test_an_ended_session_switches_nothing(auth: Auth) -> None:
    viewer = await viewer_of(auth, await auth.sign_in(EMAIL, PASSWORD, None))
    await auth.sign_out(viewer.session_id)

    assert not await auth.switch_workspace(viewer.session_id, "northwind")


async def test_a_new_password_ends_every_sign_in(auth: Auth, database: Database) -> None:
    token = await auth.sign_in(EMAIL, PASSWORD, None)
    with database.writing() as session:
        set_password(session, EMAIL, "another horse")

    assert await auth.viewer_of_token(token) is None
    assert await auth.viewer_of_token(await auth.sign_in(EMAIL, "another horse", None))


def test_a_form_token_is_good_for_its_subject_and_secret_only() -> None:
    token = csrf_token("a secret of the console", "sign-out:1")

    assert is_csrf_token("a secret of the console", "sign-out:1", token)
    assert not is_csrf_token("a secret of the console", "sign-out:2", token)
    assert not is_csrf_token("another secret", "sign-out:1", token)
    assert not is_csrf_token("a secret of the console", "sign-out:1", "é\ud800")


class _Watched:
    """The database, with hashing replaced by a coroutine."""

    def __init__(self, database: Database, off_loop: object) -> None:
        self.read, self.write = database.read, database.write
        self.off_loop = off_loop


async def viewer_of(auth: Auth, token: str) -> Viewer:
    viewer = await auth.viewer_of_token(token)
    assert viewer is not None
    return viewer


def grow_old(
    database: Database, age: timedelta = timedelta(0), idle: timedelta = timedelta(0)
) -> None:
    now = datetime.now(UTC)
    with database.writing() as session:
        session.execute(update(UserSession).values(created_at=now - age, last_active_at=now - idle))


def last_active_at(database: Database) -> datetime:
    with database.reading() as session:
        return session.scalars(select(col(UserSession.last_active_at))).one()


def stored_hash(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(select(col(User.password_hash))).one()


def actions(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(col(AuditEntry.action)).order_by(col(AuditEntry.id))))


def watch_statements(database: Database) -> list[str]:
    statements: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(connection, cursor, sql, parameters, context, many) -> None:  # type: ignore[no-untyped-def]
        if sql != "BEGIN":
            statements.append(sql)

    return statements
