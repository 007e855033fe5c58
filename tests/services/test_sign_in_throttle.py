"""Guessing takes ever longer, and a stranger's guesses lock nobody out."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlmodel import col

from models import AuditEntry, SignInFailure
from models.columns import from_now
from policy.sign_in_pacing import ADDRESS_FAILURES, FREE_FAILURES
from services import auth as auth_module
from services.administration import add_user
from services.auth import Auth, SignInRefused
from services.database import Database
from services.sign_in_throttle import SignInDelayed, count_failure, place_of

EMAIL = "ada@example.test"
PASSWORD = "correct horse"
HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def auth(database: Database) -> Auth:
    with database.writing() as session:
        add_user(session, EMAIL, "Ada", PASSWORD)
    return Auth(database)


async def fail(auth: Auth, place: str, times: int = FREE_FAILURES, email: str = EMAIL) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            await auth.sign_in(email, "wrong", None, place)


def pass_time(database: Database, by: timedelta) -> None:
    with database.writing() as session:
        session.execute(update(SignInFailure).values(since=from_now(-by), last_at=from_now(-by)))


def failures(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(SignInFailure)) or 0


async def test_after_a_few_failures_even_the_right_password_waits(auth: Auth) -> None:
    await fail(auth, ELSEWHERE)

    with pytest.raises(SignInDelayed) as delayed:
        await auth.sign_in(EMAIL, PASSWORD, None, ELSEWHERE)

    assert 0 < delayed.value.seconds <= 16


async def test_a_stranger_s_failures_do_not_lock_the_owner_out(auth: Auth) -> None:
    await fail(auth, ELSEWHERE)

    assert await auth.sign_in(EMAIL, PASSWORD, None, HOME)


async def test_failing_at_one_account_holds_up_no_other_at_that_address(auth: Auth) -> None:
    await fail(auth, HOME, email="someone@example.test", times=FREE_FAILURES)

    assert await auth.sign_in(EMAIL, PASSWORD, None, HOME)


async def test_an_unknown_account_is_delayed_alike(auth: Auth) -> None:
    await fail(auth, HOME)
    await fail(auth, HOME, email="nobody@example.test")

    with pytest.raises(SignInDelayed) as known:
        await auth.sign_in(EMAIL, "wrong", None, HOME)
    with pytest.raises(SignInDelayed) as unknown:
        await auth.sign_in("nobody@example.test", "wrong", None, HOME)

    assert str(known.value) == str(unknown.value)


async def test_a_delayed_attempt_costs_no_hash_and_does_not_count(
    auth: Auth, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fail(auth, HOME)
    with monkeypatch.context() as blind:
        blind.delattr(auth_module, "verify_password")
        for _ in range(10):
            with pytest.raises(SignInDelayed):
                await auth.sign_in(EMAIL, PASSWORD, None, HOME)
    pass_time(database, timedelta(seconds=16))

    assert await auth.sign_in(EMAIL, PASSWORD, None, HOME)


async def test_the_next_failure_waits_longer(auth: Auth, database: Database) -> None:
    await fail(auth, HOME)
    pass_time(database, timedelta(seconds=16))
    await fail(auth, HOME, times=1)
    pass_time(database, timedelta(seconds=16))

    with pytest.raises(SignInDelayed) as delayed:
        await auth.sign_in(EMAIL, PASSWORD, None, HOME)

    assert 10 < delayed.value.seconds <= 15


async def test_signing_in_clears_what_failed_before(auth: Auth) -> None:
    await fail(auth, HOME, times=FREE_FAILURES - 1)
    await auth.sign_in(EMAIL, PASSWORD, None, HOME)

    await fail(auth, HOME, times=FREE_FAILURES - 1)

    assert await auth.sign_in(EMAIL, PASSWORD, None, HOME)


async def test_another_process_counts_on(auth: Auth, database: Database) -> None:
    await fail(auth, HOME)

    with pytest.raises(SignInDelayed):
        await Auth(database).sign_in(EMAIL, PASSWORD, None, HOME)


async def test_many_attempts_at_once_are_no_more_guesses(auth: Auth) -> None:
    answers = await asyncio.gather(
        *(auth.sign_in(EMAIL, "wrong", None, HOME) for _ in range(20)), return_exceptions=True
    )

    assert [type(one) for one in answers].count(SignInRefused) == FREE_FAILURES


async def test_many_right_passwords_at_once_all_get_in(auth: Auth) -> None:
    tokens = await asyncio.gather(*(auth.sign_in(EMAIL, PASSWORD, None, HOME) for _ in range(12)))

    assert len(set(tokens)) == 12


async def test_a_day_later_failures_are_forgotten_and_swept(auth: Auth, database: Database) -> None:
    for number in range(3):
        await fail(auth, ELSEWHERE, times=1, email=f"someone-{number}@example.test")
    pass_time(database, timedelta(days=1, seconds=1))

    await fail(auth, HOME, times=1)

    assert failures(database) == 2  # the pair of just now, and the address of just now


async def test_a_flooding_address_is_stopped_for_all_but_who_is_known_there(
    auth: Auth, database: Database
) -> None:
    await auth.sign_in(EMAIL, PASSWORD, None, HOME)
    with database.writing() as session:
        count_failure(session, "spray@example.test", HOME)
        session.execute(
            update(SignInFailure)
            .where(col(SignInFailure.account) == "")
            .values(failures=ADDRESS_FAILURES)
        )

    with pytest.raises(SignInDelayed):
        await auth.sign_in("next@example.test", "guess", None, HOME)

    assert await auth.sign_in(EMAIL, PASSWORD, None, HOME)
    assert await auth.sign_in(EMAIL, PASSWORD, None, ELSEWHERE)


async def test_what_was_typed_is_not_kept(auth: Auth, database: Database) -> None:
    await fail(auth, HOME, times=1, email="hunter2-by-mistake")

    with database.reading() as session:
        accounts = session.scalars(select(col(SignInFailure.account))).all()
    assert not any("hunter2" in account for account in accounts)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_of_ipv6_a_subscriber_s_whole_network_is_one_place(address: str, place: str) -> None:
    assert place_of(address) == place


@pytest.mark.parametrize(
    ("address", "place"),
    [("192.0.2.7:4711", "192.0.2.7"), ("[2001:db8::1]:4711", "2001:db8::/64"), ("x:1", "unknown")],
)
def test_a_port_is_no_part_of_a_place(address: str, place: str) -> None:
    assert place_of(address) == place


async def test_what_cannot_be_an_account_is_delayed_like_any_other(
    auth: Auth, database: Database
) -> None:
    await fail(auth, ELSEWHERE, email="nul\x00@example.test")

    with pytest.raises(SignInDelayed):
        await auth.sign_in(EMAIL, "x" * 1025, None, ELSEWHERE)

    assert await auth.sign_in(EMAIL, PASSWORD, None, ELSEWHERE)
    with database.reading() as session:
        refused = col(AuditEntry.action) == "sign_in_refused"
        assert len(session.scalars(select(AuditEntry).where(refused)).all()) == FREE_FAILURES


async def test_guesses_that_come_together_from_one_network_count_for_each_other(
    auth: Auth,
) -> None:
    guesses = (auth.sign_in(EMAIL, "wrong", None, f"2001:db8::{number}") for number in range(1, 20))

    answers = await asyncio.gather(*guesses, return_exceptions=True)

    assert sum(isinstance(one, SignInRefused) for one in answers) == FREE_FAILURES


def test_a_refusal_and_a_sign_in_at_one_place_do_not_wait_for_each_other(
    postgres_database: Database,
) -> None:
    with postgres_database.writing() as session:
        user_id = add_user(session, EMAIL, "Ada", PASSWORD).id

    with postgres_database.writing() as opening, postgres_database.writing() as refusing:
        refusing.execute(text("SET LOCAL lock_timeout = '2s'"))
        account = auth_module._find_account(opening, EMAIL)
        assert account is not None
        auth_module._lock(opening, account)

        auth_module._note_refusal(refusing, user_id, EMAIL, HOME)
