"""The runs that are watched: rows as another program writes them."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import seed_data
from benchmarks.watching.writer import text_time
from services import schema
from services.database import Database

DATABASE = "stillwatch.db"
PASSWORD = "benchmarks-only"  # of a world that lives in a temporary folder
_CONTEXT = '{"trigger": "schedule", "region": "westeurope", "batch": 17, "dry_run": false}'
_COUNTS = '{"total": 100000, "processed": 0, "succeeded": 0, "failed": 0, "skipped": 0}'


def create(data_dir: Path) -> None:
    """The schema and the demo world, whose people sign in with `PASSWORD`."""
    url = f"sqlite:///{data_dir / DATABASE}"
    schema.migrate(url)
    database = Database(url)
    seed_data.seed(database, data_dir, PASSWORD)
    database.close()


def add_runs(
    data_dir: Path, ages: Sequence[float], status: str = "running", outcome: str | None = None
) -> list[int]:
    """Runs of northwind whose phase began so many seconds ago (or is yet to); their ids."""
    now = datetime.now(UTC)
    with closing(sqlite3.connect(data_dir / DATABASE, timeout=30)) as database, database:
        return [_add(database, now, age, status, outcome) for age in ages]


def set_ages(data_dir: Path, runs: Sequence[int], ages: Sequence[float]) -> None:
    """Let the phases of these runs have begun so many seconds ago; no other column changes."""
    now = datetime.now(UTC)
    rows = [(text_time(now - timedelta(seconds=a)), run) for run, a in zip(runs, ages, strict=True)]
    with closing(sqlite3.connect(data_dir / DATABASE, timeout=30)) as database, database:
        database.executemany("UPDATE operation_run SET started_at = ? WHERE id = ?", rows)


def _add(
    database: sqlite3.Connection, now: datetime, age: float, status: str, outcome: str | None
) -> int:
    began = text_time(now - timedelta(seconds=age))
    row = {
        "workspace_id": 1,
        "tenant_id": 1,
        "initiated_by_user_id": 2,
        "type": "directory.sync",
        "status": status,
        "outcome": outcome,
        "runner": "external",
        "context": _CONTEXT,
        "summary_counts": _COUNTS,
        "created_at": text_time(now - timedelta(seconds=max(age, 0) + 2)),
        "started_at": began,
        "completed_at": text_time(now) if outcome else None,
        "heartbeat_at": text_time(now),
        "lease_until": text_time(now + timedelta(hours=2)),
        "lease_owner": "nightly-host",
    }
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    sql = f"INSERT INTO operation_run ({names}) VALUES ({marks})"
    return database.execute(sql, tuple(row.values())).lastrowid or 0
