"""What `database.check` meets in files that other programs and bad disks have written."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from jobs.context import RunContext
from jobs.handlers.database_check import CheckOptions, check_database, integrity_problems
from services.database import Database
from services.operation_run_service import OperationRunService
from stillwatch.operations import Cancelled
from tests.services.runs import add_workspace, request


@pytest.fixture
def checking(sqlite_database: Database, tmp_path: Path) -> RunContext:
    workspace_id = add_workspace(sqlite_database)
    with sqlite_database.writing() as session:
        OperationRunService(session).request(request(workspace_id))
        run = OperationRunService(session).claim("here")
    assert run is not None
    return RunContext(run, sqlite_database, tmp_path)


def test_a_text_that_is_no_utf8_is_a_finding(checking: RunContext, database_file: Path) -> None:
    with closing(sqlite3.connect(database_file)) as other:
        other.execute(
            "INSERT INTO operation_run "
            "(workspace_id, type, status, outcome, completed_at, summary_counts) "
            "VALUES (?, 'x', 'completed', 'succeeded', '2999-01-01', CAST(x'fffe' AS TEXT))",
            (checking.run.workspace_id,),
        )
        other.commit()

    check_database(checking)

    (found,) = checking.report.failures
    assert (found["code"], found["sample"]) == ("unreadable_counts", "run 2")


def test_runs_past_one_batch_are_all_read(checking: RunContext, database_file: Path) -> None:
    with closing(sqlite3.connect(database_file)) as other:
        other.executemany(
            "INSERT INTO operation_run (workspace_id, type, status) VALUES (?, 'x', ?)",
            [(checking.run.workspace_id, "odd" if n % 500 == 0 else "queued") for n in range(2500)],
        )
        other.commit()

    check_database(checking)

    counts = checking.report.counts
    assert (counts["total"], counts["processed"], counts["failed"]) == (2501, 2501, 5)
    assert checking.report.failures[0]["count"] == 5


def test_active_runs_are_no_findings(checking: RunContext) -> None:
    with checking.database.writing() as session:
        service = OperationRunService(session)
        for key in ("a", "b"):
            service.request(request(checking.run.workspace_id, key))
        service.claim("there")

    check_database(checking)

    assert checking.report.failures == []


def test_a_row_that_breaks_its_table_s_rule_is_an_integrity_finding(
    checking: RunContext, database_file: Path
) -> None:
    with closing(sqlite3.connect(database_file)) as other:
        other.execute("CREATE TABLE thing (a CHECK (a > 0))")
        other.execute("PRAGMA ignore_check_constraints = ON")
        other.execute("INSERT INTO thing VALUES (-1)")
        other.commit()

    check_database(checking)

    assert [group["code"] for group in checking.report.failures] == ["integrity"]


@pytest.mark.parametrize(("depth", "codes"), [("quick", []), ("full", ["integrity"])])
def test_an_index_that_lies_about_its_table_is_found_by_the_full_check_alone(
    checking: RunContext, database_file: Path, depth: Literal["quick", "full"], codes: list[str]
) -> None:
    with closing(sqlite3.connect(database_file)) as other:
        other.execute("CREATE TABLE thing (a, b)")
        other.execute("CREATE INDEX thing_index ON thing (a)")
        other.execute("INSERT INTO thing VALUES (1, 2)")
        other.execute("PRAGMA writable_schema = ON")
        other.execute(
            "UPDATE sqlite_master SET sql = 'CREATE INDEX thing_index ON thing (b)' "
            "WHERE name = 'thing_index'"
        )
        other.commit()

    check_database(checking, CheckOptions(depth))

    assert [group["code"] for group in checking.report.failures] == codes


def test_a_file_that_is_no_database_is_a_problem_and_not_a_crash(
    checking: RunContext, tmp_path: Path
) -> None:
    (tmp_path / "noise").write_bytes(b"noise" * 1000)

    with closing(sqlite3.connect(tmp_path / "noise", check_same_thread=False)) as noise:
        problems = integrity_problems(checking, noise)

    assert problems == ["file is not a database"]


def test_a_cancellation_is_heard_while_sqlite_checks_itself(
    checking: RunContext, tmp_path: Path
) -> None:
    with checking.database.writing() as session:
        OperationRunService(session).cancel(checking.run.id, 2, None)
    pause = threading.Event()
    with closing(sqlite3.connect(tmp_path / "slow.db", check_same_thread=False)) as slow:
        slow.execute("CREATE TABLE filler (a UNIQUE)")
        slow.executemany("INSERT INTO filler VALUES (?)", [(n,) for n in range(50_000)])
        slow.commit()
        slow.set_progress_handler(lambda: pause.wait(0.001), 10)  # minutes, were it not stopped

        with pytest.raises(Cancelled):
            integrity_problems(checking, slow)
