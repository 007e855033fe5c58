"""The client over real HTTP: the block reports itself, and a console may come and go."""

import logging
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from services.database import Database
from services.operation_run_service import OperationRunService
from stillwatch.client import (
    AlreadyActive,
    Cancelled,
    Client,
    ConsoleUnreachable,
    LeaseLost,
    Refused,
    StillwatchError,
)
from tests.services.programs import Console, add_token, add_world, lose_contact, served
from tests.services.runs import stored, trail
from tests.waiting import wait_until

SHORT = timedelta(seconds=2)


@pytest.fixture
def console(sqlite_database: Database) -> Iterator[Console]:
    add_world(sqlite_database)
    with served(sqlite_database, SHORT) as console:
        yield console


@pytest.fixture
def client(sqlite_database: Database, console: Console) -> Client:
    return Client(console.url, add_token(sqlite_database), patience=10)


def cancel(database: Database, run_id: int) -> None:
    with database.writing() as session:
        OperationRunService(session).cancel(run_id, 0, None)


def test_a_block_reports_what_it_did(sqlite_database: Database, client: Client) -> None:
    with client.run("nightly.export", tenant="contoso", context={"files": 3}) as run:
        run.expect(3)
        run.count(succeeded=2)
        run.count(skipped=1)
        during = stored(sqlite_database, run.id)

    after = stored(sqlite_database, run.id)
    assert (during.status, during.runner, during.context) == ("running", "external", {"files": 3})
    assert (after.status, after.outcome) == ("completed", "succeeded")
    assert after.summary_counts == {
        "total": 3,
        "processed": 3,
        "succeeded": 2,
        "failed": 0,
        "skipped": 1,
    }


def test_progress_is_told_while_the_work_goes_on(sqlite_database: Database, client: Client) -> None:
    with client.run("nightly.export") as run:
        run.count(succeeded=1)
        wait_until(lambda: stored(sqlite_database, run.id).summary_counts.get("processed") == 1)

        assert stored(sqlite_database, run.id).status == "running"


def test_recorded_failures_make_a_partial_success(
    sqlite_database: Database, client: Client
) -> None:
    with client.run("nightly.export") as run:
        run.failure("disk", "Full", sample="/a")
        run.failure("disk", "Full", sample="/b", count=2)

    after = stored(sqlite_database, run.id)
    assert after.outcome == "partially_succeeded"
    assert after.failure_summary == [
        {"code": "disk", "message": "Full", "count": 3, "sample": "/a"}
    ]


def test_an_error_fails_the_run_and_goes_on_to_the_program(
    sqlite_database: Database, client: Client
) -> None:
    with pytest.raises(ZeroDivisionError), client.run("nightly.export") as run:
        _ = 1 / 0

    after = stored(sqlite_database, run.id)
    assert after.outcome == "failed"
    assert after.failure_summary[0]["code"] == "ZeroDivisionError"


def test_a_cancellation_stops_the_block_at_its_next_checkpoint(
    sqlite_database: Database, client: Client
) -> None:
    with pytest.raises(Cancelled), client.run("nightly.export") as run:
        run.checkpoint()
        cancel(sqlite_database, run.id)
        assert isinstance(run.wait_for_interruption(10), Cancelled)
        run.checkpoint()

    assert stored(sqlite_database, run.id).outcome == "cancelled"


def test_a_key_that_is_active_is_somebody_else_s(client: Client) -> None:
    with client.run("nightly.export", key="night"), pytest.raises(AlreadyActive):
        client.run("nightly.export", key="night")


def test_what_the_console_refuses_is_told_in_its_words(client: Client, console: Console) -> None:
    with pytest.raises(Refused, match="This tenant does not exist"):
        client.run("nightly.export", tenant="nowhere")
    with pytest.raises(Refused, match="needs a valid token"):
        Client(console.url, "stillwatch_guessed").run("nightly.export")


def test_a_console_that_restarts_costs_the_work_nothing(
    sqlite_database: Database, client: Client, console: Console
) -> None:
    with client.run("nightly.export") as run:
        console.stop()
        run.count(succeeded=1)
        console.start()
        wait_until(lambda: stored(sqlite_database, run.id).summary_counts != {})

    assert stored(sqlite_database, run.id).outcome == "succeeded"


def test_a_start_and_an_end_wait_for_a_console_that_is_away(
    sqlite_database: Database, client: Client, console: Console
) -> None:
    console.stop()
    returning = threading.Timer(0.5, console.start)
    returning.start()
    run = client.run("nightly.export")
    returning.join()
    console.stop()
    returning = threading.Timer(0.5, console.start)
    returning.start()

    was_told = run.complete("succeeded")

    returning.join()
    assert was_told
    assert stored(sqlite_database, run.id).outcome == "succeeded"


def test_a_start_is_given_up_when_no_console_comes(console: Console) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"

        with pytest.raises(ConsoleUnreachable, match="does not answer"):
            Client(url, "token", patience=0.5).run("nightly.export")


def test_an_end_that_nobody_hears_is_logged(
    client: Client, console: Console, caplog: pytest.LogCaptureFixture
) -> None:
    run = client.run("nightly.export")
    run.patience = 0.5
    console.stop()

    with caplog.at_level(logging.ERROR):
        was_told = run.complete("succeeded")

    assert not was_told
    assert f"run {run.id} ended as succeeded, but nobody was told" in caplog.text
    console.start()


def test_who_was_silent_for_too_long_is_told_and_the_late_report_kept(
    sqlite_database: Database, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    run = client.run("nightly.export")
    lose_contact(sqlite_database, run.id)

    assert isinstance(run.wait_for_interruption(10), LeaseLost)
    with pytest.raises(LeaseLost):
        run.checkpoint()
    assert not run.complete("succeeded")

    assert "kept as evidence" in caplog.text
    with sqlite_database.reading() as session:
        assert trail(session, run.id)[-2:] == ["run.lost_contact", "run.late_report"]


def test_a_report_that_does_not_fit_leaves_the_bare_fact(
    sqlite_database: Database, client: Client
) -> None:
    with client.run("nightly.export") as run:
        for number in range(60):
            run.failure(f"code {number}", "\U0001f4a5" * 500, sample="\U0001f4a5" * 4000)

    after = stored(sqlite_database, run.id)
    assert (after.outcome, after.failure_summary) == ("partially_succeeded", [])


def test_another_process_of_the_work_may_report_how_far_it_is(
    sqlite_database: Database, client: Client
) -> None:
    with client.run("nightly.export") as run:
        wants_cancel = client.report(run.id, run.token, {"processed": 5})

    assert not wants_cancel
    assert stored(sqlite_database, run.id).summary_counts == {"processed": 5}


@pytest.mark.parametrize("url", ["", "console", "ftp://x", "file:///etc/passwd", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(StillwatchError, match="address must be like"):
        Client(url, "token")


def test_what_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STILLWATCH_URL", raising=False)

    with pytest.raises(StillwatchError, match="STILLWATCH_URL is not set"):
        Client()
