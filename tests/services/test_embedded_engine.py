"""Real threads over a real file."""

import logging
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from structlog.contextvars import get_contextvars

from jobs.context import RunContext
from jobs.embedded import EmbeddedEngine
from models import OperationRun
from services.database import Database
from services.operation_run_service import OperationRunService
from services.run_terms import Delivery, RunRequest
from stillwatch.operations import Operation, OperationFailed
from tests.services.runs import add_workspace, request, stored
from tests.waiting import wait_until

Handler = Callable[[RunContext], None]
ROOT = Path(__file__).resolve().parents[2]

# A server of its own: works on runs that last until the file `go` exists.
SERVER = """
import sys
from pathlib import Path
from jobs.embedded import EmbeddedEngine
from services.database import Database
from stillwatch.operations import Operation
from tests.waiting import wait_until

def work(context):
    def may_go():
        context.checkpoint()
        return (context.data_dir / "go").exists()
    wait_until(may_go, 60)

folder = Path(sys.argv[1])
database = Database(f"sqlite:///{folder / 'stillwatch.db'}")
operation = Operation("sample.work", "Sample", work)
EmbeddedEngine(database, {operation.type: operation}, 1, folder).start()
sys.stdin.read()
"""


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """The embedded engine is SQLite's."""
    return sqlite_database


@contextmanager
def working(
    database: Database, folder: Path, handler: Handler, workers: int = 1
) -> Iterator[EmbeddedEngine]:
    operation = Operation("sample.work", "Sample", handler)
    engine = EmbeddedEngine(database, {operation.type: operation}, workers, folder)
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
    assert (run.outcome, run.attempt, run.deliveries) == ("succeeded", 1, 1)


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


def test_a_run_whose_process_was_killed_is_done_after_the_next_start(
    database: Database, tmp_path: Path
) -> None:
    workspace_id = add_workspace(database)
    with database.writing() as session:
        run_id = OperationRunService(session).request(request(workspace_id)).run_id

    with server(tmp_path) as killed:
        wait_until(lambda: stored(database, run_id).status == "running", 30)
        killed.kill()
    assert stored(database, run_id).status == "running"
    (tmp_path / "go").touch()
    with server(tmp_path):
        wait_until(lambda: stored(database, run_id).status == "completed", 30)

    run = stored(database, run_id)
    assert (run.outcome, run.attempt, run.deliveries) == ("succeeded", 2, 2)


@contextmanager
def server(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", SERVER, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_run_that_another_program_queued_is_found(database: Database, tmp_path: Path) -> None:
    workspace_id = add_workspace(database)

    with working(database, tmp_path, lambda context: None):
        with database.writing() as session:
            run_id = OperationRunService(session).request(request(workspace_id)).run_id
        wait_until(lambda: stored(database, run_id).status == "completed", 5)

    assert stored(database, run_id).outcome == "succeeded"


def test_workers_wake_after_the_commit_and_not_after_a_savepoint_or_a_rollback(
    database: Database, tmp_path: Path
) -> None:
    engine = EmbeddedEngine(database, {}, 1, tmp_path)
    with database.writing() as session:
        engine.enqueue(session, Delivery(1, 1, 0, None))
        with session.begin_nested():
            pass
        before = engine._wake_ups
    after = engine._wake_ups

    with pytest.raises(ZeroDivisionError), database.writing() as session:
        session.execute(text("SELECT 1"))
        engine.enqueue(session, Delivery(1, 1, 0, None))
        raise ZeroDivisionError

    assert (before, after, engine._wake_ups) == (0, 1, 1)


def test_looking_for_work_reads_the_index_of_active_runs_alone(
    database: Database, tmp_path: Path
) -> None:
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _u: Any, sql: str, parameters: Any, _x: Any, _m: bool) -> None:
        if "operation_run" in sql:
            seen.append((sql, parameters))

    event.listen(database.engine, "before_cursor_execute", note)

    assert EmbeddedEngine(database, {}, 1, tmp_path)._claim() is None

    event.remove(database.engine, "before_cursor_execute", note)
    ((sql, parameters),) = seen  # and nothing asked for the write lock
    with database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()
    assert "USING INDEX ix_operation_run_active" in str(plan)


def test_a_worker_outlives_a_database_that_fails(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    workspace_id = add_workspace(database)
    with working(database, tmp_path, lambda context: None) as engine:
        with database.writing() as session:
            session.execute(text("ALTER TABLE operation_run RENAME TO away"))
        wait_until(lambda: "cannot be reached" in caplog.text)
        with database.writing() as session:
            session.execute(text("ALTER TABLE away RENAME TO operation_run"))
        with database.writing() as session:
            service = OperationRunService(session, engine.enqueue)
            run_id = service.request(request(workspace_id)).run_id
        wait_until(lambda: stored(database, run_id).status == "completed", 20)

    assert "Traceback" not in caplog.text


def test_an_end_that_cannot_be_stored_at_once_is_stored_later(
    database: Database, database_file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    workspace_id = add_workspace(database)

    def impatient(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    event.listen(database.engine, "checkout", impatient)
    other = sqlite3.connect(database_file, isolation_level=None, check_same_thread=False)

    with (
        closing(other),
        working(
            database, tmp_path, lambda context: other.execute("BEGIN IMMEDIATE") and None
        ) as engine,
    ):
        with database.writing() as session:
            service = OperationRunService(session, engine.enqueue)
            run_id = service.request(request(workspace_id)).run_id
        wait_until(lambda: "cannot be reached" in caplog.text)
        other.rollback()
        wait_until(lambda: stored(database, run_id).status == "completed")

    assert stored(database, run_id).outcome == "succeeded"


@pytest.mark.parametrize("error", [SystemExit(3), RuntimeError("no \udcff")])
def test_whatever_a_handler_raises_its_run_ends_and_its_worker_goes_on(
    database: Database, tmp_path: Path, error: BaseException
) -> None:
    workspace_id = add_workspace(database)
    first = threading.Event()

    def work(context: RunContext) -> None:
        if not first.is_set():
            first.set()
            raise error

    with working(database, tmp_path, work) as engine:
        with database.writing() as session:
            service = OperationRunService(session, engine.enqueue)
            ids = [service.request(request(workspace_id, f"k{n}")).run_id for n in range(2)]
        wait_until(lambda: stored(database, ids[1]).status == "completed")

    assert [stored(database, run_id).outcome for run_id in ids] == ["failed", "succeeded"]


def test_a_report_that_cannot_be_stored_fails_its_run(database: Database, tmp_path: Path) -> None:
    def work(context: RunContext) -> None:
        context.failure("name", "A file with an odd name", sample="\udcff")

    run = run_once(database, tmp_path, work)

    assert (run.outcome, run.failure_summary[0]["code"]) == ("failed", "internal_error")


def test_a_failed_statement_shows_neither_its_text_nor_its_values(
    database: Database, tmp_path: Path
) -> None:
    def work(context: RunContext) -> None:
        with context.database.reading() as session:
            session.execute(text("SELECT * FROM nowhere WHERE x = :x"), {"x": "hunter2"})

    run = run_once(database, tmp_path, work)

    message = run.failure_summary[0]["message"]
    assert "no such table" in message
    assert "hunter2" not in message
    assert "SELECT" not in message


def test_what_is_logged_during_a_run_names_it(database: Database, tmp_path: Path) -> None:
    about: list[dict[str, Any]] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            about.append(dict(get_contextvars()))

    def talk(_context: RunContext) -> None:
        logging.getLogger("stillwatch.plugin").warning("at it")

    listening = Listening()
    logging.getLogger("stillwatch.plugin").addHandler(listening)
    try:
        run = run_once(database, tmp_path, talk)
    finally:
        logging.getLogger("stillwatch.plugin").removeHandler(listening)

    assert about == [{"run": run.id, "attempt": 1, "worker": "embedded"}]
