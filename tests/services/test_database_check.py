"""What `database.check` meets in files that other programs and bad disks have written."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jobs.context import Cancelled, RunContext
from jobs.handlers.database_check import check_database, integrity_problems
from services.database import Database
from services.operation_run_service import OperationRunService
from tests.services.runs import add_workspace, request


@pytest.fixture
def context(database: Database, tmp_path: Path) -> RunContext:
    workspace_id = add_workspace(database)
    with database.writing() as session:
        OperationRunService(session).request(request(workspace_id))
        run = OperationRunService(session).claim("here")
    assert run is not None
    return RunContext(run, database, tmp_path, lambda: False)


def test_a_text_that_is_no_utf8_is_a_finding(context: RunContext, database_file: Path) -> None:
    with closing(sqlite3.connect(database_file)) as other:
        other.execute(
            "INSERT INTO operation_run "
            "(workspace_id, type, status, outcome, completed_at, summary_counts) "
            "VALUES (?, 'x', 'completed', 'succeeded', '2999-01-01', CAST(x'fffe' AS TEXT))",
            (context.run.workspace_id,),
        )
        other.commit()

    check_database(context)

    (found,) = context.report.failures
    assert (found["code"], found["sample"]) == ("unreadable_counts", "run 2")


def test_runs_past_one_batch_are_all_read(context: RunContext, database_file: Path) -> None:
    with closing(sqlite3.connect(database_file)) as other:
        other.executemany(
            "INSERT INTO operation_run (workspace_id, type, status) VALUES (?, 'x', ?)",
            [(context.run.workspace_id, "odd" if n % 500 == 0 else "queued") for n in range(2500)],
        )
        other.commit()

    check_database(context)

    counts = context.report.counts
    assert (counts["total"], counts["processed"], counts["failed"]) == (2501, 2501, 5)
    assert context.report.failures[0]["count"] == 5


def test_active_runs_are_no_findings(context: RunContext) -> None:
    with context.database.writing() as session:
        service = OperationRunService(session)
        for key in ("a", "b"):
            service.request(request(context.run.workspace_id, key))
        service.claim("there")

    check_database(context)

    assert context.report.failures == []


def test_a_damaged_index_is_an_integrity_finding(context: RunContext, database_file: Path) -> None:
    with closing(sqlite3.connect(database_file)) as other:
        other.execute("CREATE TABLE thing (a CHECK (a > 0))")
        other.execute("PRAGMA ignore_check_constraints = ON")
        other.execute("INSERT INTO thing VALUES (-1)")
        other.commit()

    check_database(context)

    assert [group["code"] for group in context.report.failures] == ["integrity"]


def test_a_file_that_is_no_database_is_a_problem_and_not_a_crash(
    context: RunContext, tmp_path: Path
) -> None:
    (tmp_path / "noise").write_bytes(b"noise" * 1000)

    with closing(sqlite3.connect(tmp_path / "noise", check_same_thread=False)) as noise:
        problems = integrity_problems(context, noise)

    assert problems == ["file is not a database"]


def test_a_cancellation_is_heard_while_sqlite_checks_itself(
    context: RunContext, tmp_path: Path
) -> None:
    with context.database.writing() as session:
        OperationRunService(session).cancel(context.run.id, 2, None)
    with closing(sqlite3.connect(tmp_path / "big.db", check_same_thread=False)) as big:
        big.execute("CREATE TABLE filler (a UNIQUE)")
        big.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) "
            "INSERT INTO filler SELECT i FROM n"
        )
        big.commit()

        with pytest.raises(Cancelled):
            integrity_problems(context, big)
