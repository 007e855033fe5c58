"""Every transition: one compare-and-set, a version, a line in the trail."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from models import RunOutcome
from policy.lifecycle import IllegalTransitionError
from services.database import Database
from services.operation_run_service import OperationRunService
from services.run_terms import LeaseLostError, Report, Requested, RunMovedError, RunNotFoundError
from tests.services.runs import add_workspace, request, stored, trail

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import sys
from services.database import Database
from services.operation_run_service import OperationRunService
from services.run_terms import (RunRequest)

database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
with database.writing() as session:
    answer = OperationRunService(session).request(RunRequest(int(sys.argv[2]), "x", "key"))
print(answer.run_id, answer.is_new, flush=True)
"""

COUNTS = {"total": 2, "processed": 1, "succeeded": 1, "failed": 0, "skipped": 0}


def queue(database: Database, key: str = "key") -> int:
    workspace_id = add_workspace(database)
    with database.writing() as session:
        return OperationRunService(session).request(request(workspace_id, key)).run_id


def claim(database: Database) -> tuple[int, str]:
    run_id = queue(database)
    with database.writing() as session:
        claimed = OperationRunService(session).claim("here")
    assert claimed is not None
    assert claimed.id == run_id
    return run_id, claimed.token


def test_a_run_goes_from_queued_to_completed_and_leaves_a_trail(database: Database) -> None:
    run_id, token = claim(database)

    with database.writing() as session:
        service = OperationRunService(session)
        wants_cancel = service.heartbeat(run_id, token, Report(COUNTS, []))
        service.complete(run_id, token, RunOutcome.SUCCEEDED, Report(COUNTS, []))

    run = stored(database, run_id)
    assert not wants_cancel
    assert (run.status, run.outcome, run.version) == ("completed", "succeeded", 4)
    assert run.created_at <= run.started_at <= run.completed_at
    assert (run.active_key, run.lease_token, run.lease_until) == (None, None, None)
    with database.reading() as session:
        assert trail(session, run_id) == ["run.requested", "run.claimed", "run.completed"]


def test_one_key_has_one_active_run(database: Database) -> None:
    run_id = queue(database)

    with database.writing() as session:
        again = OperationRunService(session).request(request(1))

    assert again == Requested(run_id, is_new=False)


def test_many_requests_at_once_make_one_run(database: Database) -> None:
    workspace_id = add_workspace(database)
    gate, answers = threading.Barrier(8), []

    def ask() -> None:
        gate.wait()
        with database.writing() as session:
            answers.append(OperationRunService(session).request(request(workspace_id)))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({answer.run_id for answer in answers}) == 1
    assert sum(answer.is_new for answer in answers) == 1


def test_a_queued_run_is_claimed_once_however_many_reach_for_it(database: Database) -> None:
    queue(database)
    gate, claims = threading.Barrier(8), []

    def reach() -> None:
        gate.wait()
        with database.writing() as session:
            claims.append(OperationRunService(session).claim("here"))

    threads = [threading.Thread(target=reach) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(claimed is not None for claimed in claims) == 1


def test_a_request_that_is_rolled_back_leaves_nothing(database: Database) -> None:
    workspace_id = add_workspace(database)
    enqueued: list[int] = []

    with pytest.raises(ZeroDivisionError), database.writing() as session:
        service = OperationRunService(session, lambda _session, run: enqueued.append(run.run_id))
        run_id = service.request(request(workspace_id)).run_id
        raise ZeroDivisionError

    with database.reading() as session:
        assert trail(session, run_id) == []
    assert enqueued == [run_id]


def test_a_stranger_s_token_moves_nothing(database: Database) -> None:
    run_id, _token = claim(database)

    with database.writing() as session, pytest.raises(LeaseLostError):
        OperationRunService(session).complete(
            run_id, "stolen", RunOutcome.SUCCEEDED, Report({}, [])
        )

    assert stored(database, run_id).status == "running"


def test_a_failure_names_its_reason_first(database: Database) -> None:
    run_id, token = claim(database)
    recorded = {"code": "a", "message": "b", "count": 3, "sample": None}

    with database.writing() as session:
        OperationRunService(session).fail(
            run_id, token, "disk_full", "The disk is full.", Report(COUNTS, [recorded])
        )

    run = stored(database, run_id)
    assert run.outcome == "failed"
    assert [group["code"] for group in run.failure_summary] == ["disk_full", "a"]


def test_a_queued_run_is_cancelled_at_once(database: Database) -> None:
    run_id = queue(database)

    with database.writing() as session:
        OperationRunService(session).cancel(run_id, 1, None)

    run = stored(database, run_id)
    assert (run.status, run.outcome, run.active_key) == ("completed", "cancelled", None)
    assert run.completed_at is not None


def test_a_running_run_is_asked_to_stop_and_only_once(database: Database) -> None:
    run_id, token = claim(database)

    with database.writing() as session:
        service = OperationRunService(session)
        service.cancel(run_id, 2, None)
        version = stored_version(database, run_id)
        service.cancel(run_id, 3, None)
        heard = service.heartbeat(run_id, token, Report(COUNTS, []))

    assert heard
    assert version == 2  # what others see until the commit
    with database.reading() as session:
        assert trail(session, run_id).count("run.cancel_requested") == 1


def stored_version(database: Database, run_id: int) -> int:
    return stored(database, run_id).version


def test_progress_meanwhile_does_not_stand_in_the_way_of_cancelling(database: Database) -> None:
    run_id, token = claim(database)
    with database.writing() as session:
        OperationRunService(session).heartbeat(run_id, token, Report(COUNTS, []))

    with database.writing() as session:
        OperationRunService(session).cancel(run_id, 2, None)

    assert stored(database, run_id).cancel_requested_at is not None


def test_cancelling_what_finished_meanwhile_is_refused_by_version(database: Database) -> None:
    run_id, token = claim(database)
    with database.writing() as session:
        OperationRunService(session).complete(
            run_id, token, RunOutcome.SUCCEEDED, Report(COUNTS, [])
        )

    with (
        database.writing() as session,
        pytest.raises(RunMovedError, match="finished while you were deciding"),
    ):
        OperationRunService(session).cancel(run_id, 2, None)

    assert stored(database, run_id).outcome == "succeeded"


def test_cancelling_what_was_finished_already_names_both_states(database: Database) -> None:
    run_id = queue(database)
    with database.writing() as session:
        OperationRunService(session).cancel(run_id, 1, None)

    with (
        database.writing() as session,
        pytest.raises(IllegalTransitionError, match="completed cannot become completed"),
    ):
        OperationRunService(session).cancel(run_id, 2, None)


def test_what_does_not_exist_is_not_found(database: Database) -> None:
    with database.writing() as session, pytest.raises(RunNotFoundError):
        OperationRunService(session).cancel(99, 1, None)


def test_a_retry_is_a_new_run_that_names_the_old(database: Database) -> None:
    run_id = queue(database)
    with database.writing() as session:
        OperationRunService(session).cancel(run_id, 1, None)

    with database.writing() as session:
        retried = OperationRunService(session).retry(run_id, 2, "key", None)

    assert retried.is_new
    assert stored(database, retried.run_id).retry_of_id == run_id


def test_booting_takes_back_only_what_this_node_held(database: Database) -> None:
    run_id, token = claim(database)
    with database.writing() as session:
        assert OperationRunService(session).boot("elsewhere") == []

    with database.writing() as session:
        assert OperationRunService(session).boot("here") == [run_id]

    run = stored(database, run_id)
    assert (run.status, run.attempt, run.started_at) == ("queued", 2, None)
    with database.writing() as session, pytest.raises(LeaseLostError):
        OperationRunService(session).heartbeat(run_id, token, Report(COUNTS, []))


def test_two_processes_that_ask_at_once_get_one_run(database: Database) -> None:
    workspace_id = str(add_workspace(database))
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", ASK, url, workspace_id]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as one,
        subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as two,
    ):
        for process in (one, two):
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        answers = [process.communicate("go\n", timeout=30)[0] for process in (one, two)]

    assert sorted(answers) == ["1 False\n", "1 True\n"]


MOVES: dict[str, Callable[[OperationRunService, int, str], object]] = {
    "heartbeat": lambda service, run_id, token: service.heartbeat(
        run_id, token, Report(COUNTS, [])
    ),
    "complete": lambda service, run_id, token: service.complete(
        run_id, token, RunOutcome.SUCCEEDED, Report(COUNTS, [])
    ),
    "fail": lambda service, run_id, token: service.fail(
        run_id, token, "code", "message", Report(COUNTS, [])
    ),
    "cancel": lambda service, run_id, token: service.cancel(run_id, 2, None),
    "boot": lambda service, run_id, token: service.boot("here"),
}


@pytest.mark.parametrize("name", MOVES)
def test_every_write_raises_the_version_by_one(database: Database, name: str) -> None:
    run_id, token = claim(database)

    with database.writing() as session:
        MOVES[name](OperationRunService(session), run_id, token)

    assert stored(database, run_id).version == 3


@pytest.mark.parametrize("name", MOVES)
def test_a_write_that_is_rolled_back_takes_its_line_in_the_trail_along(
    database: Database, name: str
) -> None:
    run_id, token = claim(database)

    with pytest.raises(ZeroDivisionError), database.writing() as session:
        MOVES[name](OperationRunService(session), run_id, token)
        raise ZeroDivisionError

    assert (stored(database, run_id).status, stored(database, run_id).version) == ("running", 2)
    with database.reading() as session:
        assert trail(session, run_id) == ["run.requested", "run.claimed"]


def test_a_finished_run_is_closed_to_its_own_worker(database: Database) -> None:
    run_id, token = claim(database)
    with database.writing() as session:
        MOVES["complete"](OperationRunService(session), run_id, token)

    for name in ("heartbeat", "complete", "fail"):
        with database.writing() as session, pytest.raises(LeaseLostError):
            MOVES[name](OperationRunService(session), run_id, token)

    assert stored(database, run_id).version == 3


def test_what_is_still_active_cannot_be_started_again(database: Database) -> None:
    run_id = queue(database)

    with database.writing() as session, pytest.raises(RunMovedError, match="Only a finished run"):
        OperationRunService(session).retry(run_id, 1, "key", None)


def test_a_retry_of_what_changed_meanwhile_is_refused(database: Database) -> None:
    run_id = queue(database)
    with database.writing() as session:
        OperationRunService(session).cancel(run_id, 1, None)

    with database.writing() as session, pytest.raises(RunMovedError, match="changed while"):
        OperationRunService(session).retry(run_id, 1, "key", None)


def test_a_run_that_was_to_be_cancelled_is_so_when_its_worker_dies(database: Database) -> None:
    run_id, _token = claim(database)

    with database.writing() as session:
        OperationRunService(session).cancel(run_id, 2, None)
        OperationRunService(session).boot("here")

    assert (stored(database, run_id).outcome, stored(database, run_id).attempt) == ("cancelled", 1)
