"""`database.backup`: a whole copy under its name, or nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jobs.context import RunContext
from jobs.handlers.database_backup import back_up_database
from services.database import Database
from services.operation_run_service import OperationRunService
from services.run_terms import ClaimedRun
from stillwatch.operations import Cancelled, EngineStopping, OperationFailed
from tests.services.runs import add_workspace, request


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """The handler copies SQLite files and nothing else."""
    return sqlite_database


@pytest.fixture
def run(database: Database) -> ClaimedRun:
    workspace_id = add_workspace(database)
    with database.writing() as session:
        OperationRunService(session).request(request(workspace_id))
        claimed = OperationRunService(session).claim("here")
    assert claimed is not None
    return claimed


def fill(path: Path, megabytes: int) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE filler (bytes)")
        other.executemany("INSERT INTO filler VALUES (randomblob(1000000))", [()] * megabytes)
        other.commit()


def test_writes_meanwhile_do_not_start_the_copy_afresh(
    database: Database, database_file: Path, tmp_path: Path, run: ClaimedRun
) -> None:
    fill(database_file, 20)
    steps: list[int] = []

    class Busy(RunContext):
        def count(self, *, succeeded: int = 0, failed: int = 0, skipped: int = 0) -> None:
            steps.append(succeeded)
            with closing(sqlite3.connect(database_file)) as other:
                other.execute("INSERT INTO filler VALUES (1)")
                other.commit()
            super().count(succeeded=succeeded)

    context = Busy(run, database, tmp_path)
    back_up_database(context)

    (copy,) = (tmp_path / "backups").glob("*.db")
    with closing(sqlite3.connect(copy)) as opened:
        assert opened.execute("SELECT count(*) FROM filler").fetchone() == (20,)
    assert sum(steps) == context.report.counts["total"]
    assert len(steps) <= sum(steps) // 500 + 1


def test_the_copy_is_one_file_outside_wal_mode(
    database: Database, tmp_path: Path, run: ClaimedRun
) -> None:
    back_up_database(RunContext(run, database, tmp_path))

    names = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert [name.partition(f"run{run.id}")[2] for name in names] == [".db", ".db.sha256"]
    with closing(sqlite3.connect(tmp_path / "backups" / names[0])) as opened:
        assert opened.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_cancelled_backup_leaves_nothing(
    database: Database, tmp_path: Path, run: ClaimedRun
) -> None:
    with database.writing() as session:
        OperationRunService(session).cancel(run.id, 2, None)

    with pytest.raises(Cancelled):
        back_up_database(RunContext(run, database, tmp_path))

    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.parametrize("steps", range(1, 8))
def test_a_backup_that_is_stopped_anywhere_leaves_nothing(
    database: Database, database_file: Path, tmp_path: Path, run: ClaimedRun, steps: int
) -> None:
    fill(database_file, 10)

    class StoppedOnTheWay(RunContext):
        looks = 0

        def checkpoint(self) -> None:
            self.looks += 1
            if self.looks > steps:
                self.interrupt(EngineStopping())
            super().checkpoint()

    with pytest.raises(EngineStopping):
        back_up_database(StoppedOnTheWay(run, database, tmp_path))

    assert list((tmp_path / "backups").iterdir()) == []


def test_what_a_killed_attempt_left_is_swept_away(
    database: Database, tmp_path: Path, run: ClaimedRun
) -> None:
    (tmp_path / "backups").mkdir()
    mine = tmp_path / "backups" / f".stillwatch-20260101-000000-run{run.id}.db.oldtoken"
    another_s = tmp_path / "backups" / f".stillwatch-20260101-000000-run{run.id}0.db.token"
    mine.touch()
    another_s.touch()

    back_up_database(RunContext(run, database, tmp_path))

    assert not mine.exists()
    assert another_s.exists()


def test_a_folder_that_cannot_be_written_is_named_as_the_reason(
    database: Database, tmp_path: Path, run: ClaimedRun
) -> None:
    nowhere = Path("/dev/null/stillwatch")

    with pytest.raises(OperationFailed) as refusal:
        back_up_database(RunContext(run, database, nowhere))

    assert refusal.value.code == "cannot_write"
