"""Real threads over a real file."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jobs.context import OperationFailed, RunContext
from jobs.embedded import EmbeddedEngine
from jobs.operation import Operation
from models import OperationRun
from services.database import Database
from services.operation_run_service import OperationRunService, RunRequest
from services.operations import OperationOffer, OperationScope
from tests.services.runs import add_workspace, request, stored
from tests.waiting import wait_until

Handler = Callable[[RunContext], None]


@contextmanager
def working(
    database: Database, folder: Path, handler: Handler, workers: int = 1
) -> Iterator[EmbeddedEngine]:
    offer = OperationOffer("sample.work", "Sample", "", OperationScope.WORKSPACE)
    engine = EmbeddedEngine(database, {offer.type: Operation(offer, handler)}, workers, folder)
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


def run_once(database: Database, folder: Path, handler: Handler) -> OperationRun:
    workspace_id = add_workspace(database)
    with working(database, folder, handler) as engine:
        with database.writing() as session:
            service = OperationRunService(session, engine.enqueue)
            run_id = service.request(request(workspace_id)).run_id
        wait_until(lambda: stored(database, run_id).status == "completed")
    return stored(database, run_id)


def test_what_a_handler_counts_is_stored(database: Database, tmp_path: Path) -> None:
    def work(context: RunContext) -> None:
        context.expect(3)
        context.count(succeeded=2, skipped=1)

    run = run_once(database, tmp_path, work)

    assert run.outcome == "succeeded"
    assert run.summary_counts == {
        "total": 3,
        "processed": 3,
        "succeeded": 2,
        "failed": 0,
        "skipped": 1,
    }


def test_recorded_failures_are_grouped_and_make_it_partial(
    database: Database, tmp_path: Path
) -> None:
    def work(context: RunContext) -> None:
        for number in range(3):
            context.failure("gone", "It is gone", sample=f"item {number}")
            context.count(failed=1)

    run = run_once(database, tmp_path, work)

    assert run.outcome == "partially_succeeded"
    assert run.failure_summary == [
        {"code": "gone", "message": "It is gone", "count": 3, "sample": "item 0"}
    ]


def test_failures_of_too_many_kinds_are_gathered(database: Database, tmp_path: Path) -> None:
    def work(context: RunContext) -> None:
        for number in range(80):
            context.failure(f"code-{number}", "A kind of its own")

    run = run_once(database, tmp_path, work)

    assert len(run.failure_summary) == 51
    assert run.failure_summary[-1]["count"] == 30


def test_a_handler_s_own_verdict_is_the_reason(database: Database, tmp_path: Path) -> None:
    def work(context: RunContext) -> None:
        raise OperationFailed("no_license", "There is no licence.")

    run = run_once(database, tmp_path, work)

    assert run.outcome == "failed"
    assert run.failure_summary[0]["code"] == "no_license"


def test_an_unexpected_error_is_logged_and_named_without_its_traceback(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def work(context: RunContext) -> None:
        raise RuntimeError("boom")

    with caplog.at_level(logging.ERROR, "stillwatch.worker"):
        run = run_once(database, tmp_path, work)

    assert run.failure_summary[0]["message"] == "RuntimeError: boom"
    assert "Traceback" in caplog.text


def test_an_unknown_type_fails_with_its_name(database: Database, tmp_path: Path) -> None:
    workspace_id = add_workspace(database)
    with working(database, tmp_path, lambda context: None) as engine:
        with database.writing() as session:
            run_id = (
                OperationRunService(session, engine.enqueue)
                .request(RunRequest(workspace_id, "no.such.work", "key"))
                .run_id
            )
        wait_until(lambda: stored(database, run_id).status == "completed")

    failure = stored(database, run_id).failure_summary[0]
    assert failure["code"] == "unknown_type"
    assert "no.such.work" in failure["message"]


def test_a_cancellation_is_heard(database: Database, tmp_path: Path) -> None:
    workspace_id = add_workspace(database)

    def work(context: RunContext) -> None:
        while True:
            context.checkpoint()

    with working(database, tmp_path, work) as engine:
        with database.writing() as session:
            service = OperationRunService(session, engine.enqueue)
            run_id = service.request(request(workspace_id)).run_id
        wait_until(lambda: stored(database, run_id).status == "running")
        with database.writing() as session:
            OperationRunService(session).cancel(run_id, 2, None)
        wait_until(lambda: stored(database, run_id).status == "completed")

    assert stored(database, run_id).outcome == "cancelled"


def test_stopping_hands_the_work_back_and_the_next_start_finishes_it(
    database: Database, tmp_path: Path
) -> None:
    workspace_id = add_workspace(database)

    def endless(context: RunContext) -> None:
        while True:
            context.checkpoint()

    with working(database, tmp_path, endless) as engine:
        with database.writing() as session:
            service = OperationRunService(session, engine.enqueue)
            run_id = service.request(request(workspace_id)).run_id
        wait_until(lambda: stored(database, run_id).status == "running")
    assert stored(database, run_id).status == "queued"

    with working(database, tmp_path, lambda context: None):
        wait_until(lambda: stored(database, run_id).status == "completed")

    run = stored(database, run_id)
    assert (run.outcome, run.attempt, run.deliveries) == ("succeeded", 2, 2)


def test_eight_workers_do_two_hundred_runs_and_none_twice(
    database: Database, tmp_path: Path
) -> None:
    workspace_id = add_workspace(database)
    done: list[int] = []

    with working(database, tmp_path, lambda context: done.append(context.run.id), 8) as engine:
        with database.writing() as session:
            service = OperationRunService(session, engine.enqueue)
            ids = [service.request(request(workspace_id, f"k{n}")).run_id for n in range(200)]
        wait_until(lambda: len(done) >= 200, 60)
        wait_until(lambda: stored(database, max(ids)).status == "completed")

    assert sorted(done) == sorted(ids)
