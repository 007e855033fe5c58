"""The built-in operations doing their real work."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from jobs.context import RunContext
from jobs.handlers.database_backup import back_up_database
from jobs.handlers.database_check import check_database
from services.database import Database
from services.operation_run_service import OperationRunService
from stillwatch.operations import OperationFailed
from tests.services.runs import add_workspace, request

GOOD = {
    "status": "completed",
    "outcome": "succeeded",
    "created_at": "2026-11-01 10:00:00.000000",
    "started_at": "2026-11-01 10:00:01.000000",
    "completed_at": "2026-11-01 10:00:02.000000",
    "summary_counts": '{"total": 2, "processed": 2, "succeeded": 1, "failed": 1, "skipped": 0}',
}


def context(database: Database, folder: Path) -> RunContext:
    workspace_id = add_workspace(database)
    with database.writing() as session:
        service = OperationRunService(session)
        service.request(request(workspace_id))
        claimed = service.claim("here")
    assert claimed is not None
    return RunContext(claimed, database, folder)


def store(database: Database, workspace_id: int, **columns: str | None) -> int:
    row = {**GOOD, **columns, "workspace_id": workspace_id, "type": "x"}
    names = ", ".join(row)
    with database.writing() as session:
        session.execute(
            text(f"INSERT INTO operation_run ({names}) VALUES (:{', :'.join(row)})"), row
        )
        return int(session.execute(text("SELECT max(id) FROM operation_run")).scalar_one())


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"outcome": None}, "completed_without_outcome"),
        ({"completed_at": None}, "completed_without_time"),
        ({"status": "running"}, "outcome_too_early"),
        ({"status": "Completed"}, "unknown_status"),
        ({"outcome": "won"}, "unknown_outcome"),
        ({"started_at": "2026-11-01 09:00:00.000000"}, "times_out_of_order"),
        ({"summary_counts": "[1]"}, "unreadable_counts"),
        ({"summary_counts": '{"processed": "many"}'}, "counts_not_numbers"),
        ({"summary_counts": '{"processed": -1}'}, "negative_counts"),
        ({"summary_counts": '{"processed": 3, "total": 2}'}, "contradicting_counts"),
    ],
)
def test_the_check_finds_what_breaks_an_invariant(
    database: Database, tmp_path: Path, broken: dict[str, str | None], code: str
) -> None:
    run = context(database, tmp_path)
    run_id = store(database, run.run.workspace_id, **broken)

    check_database(run)

    found = {group["code"]: group for group in run.report.failures}
    assert code in found
    assert found[code]["sample"] == f"run {run_id}"


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"completed_at": "yesterday"}, "unreadable_time"),
        ({"summary_counts": "{broken"}, "unreadable_counts"),
    ],
)
def test_the_check_finds_what_only_sqlite_lets_in(
    sqlite_database: Database, tmp_path: Path, broken: dict[str, str | None], code: str
) -> None:
    run = context(sqlite_database, tmp_path)
    store(sqlite_database, run.run.workspace_id, **broken)

    check_database(run)

    assert [group["code"] for group in run.report.failures] == [code]


def test_a_sound_database_gives_no_finding_and_counts_every_run(
    database: Database, tmp_path: Path
) -> None:
    run = context(database, tmp_path)
    for _ in range(25):
        store(database, run.run.workspace_id)

    check_database(run)

    assert run.report.failures == []
    assert run.report.counts["succeeded"] == 26
    assert run.report.counts["processed"] == run.report.counts["total"]


def test_the_check_leaves_other_workspaces_alone(database: Database, tmp_path: Path) -> None:
    run = context(database, tmp_path)
    store(database, add_workspace(database, "other"), outcome=None)

    check_database(run)

    assert run.report.failures == []


def test_a_backup_opens_and_matches_its_checksum(sqlite_database: Database, tmp_path: Path) -> None:
    run = context(sqlite_database, tmp_path)

    back_up_database(run)

    (copy,) = (tmp_path / "backups").glob("*.db")
    digest, name = copy.with_name(f"{copy.name}.sha256").read_text().split()
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == digest
    assert name == copy.name
    with closing(sqlite3.connect(copy)) as opened:
        assert opened.execute("SELECT count(*) FROM operation_run").fetchone() == (1,)
    assert len(list((tmp_path / "backups").iterdir())) == 2


def test_a_backup_that_cannot_be_written_says_so_and_leaves_nothing(
    sqlite_database: Database, tmp_path: Path
) -> None:
    (tmp_path / "backups").write_text("in the way")
    run = context(sqlite_database, tmp_path)

    with pytest.raises(OperationFailed, match="cannot be written"):
        back_up_database(run)

    assert (tmp_path / "backups").read_text() == "in the way"


def test_on_postgresql_the_backup_is_the_server_s_own(
    postgres_database: Database, tmp_path: Path
) -> None:
    run = context(postgres_database, tmp_path)

    with pytest.raises(OperationFailed, match="pg_dump"):
        back_up_database(run)
