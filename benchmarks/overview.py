"""The reads of the overview beside a million runs, and of a workspace that had a very busy day.

.venv/bin/python -m benchmarks.overview --runs 100000
"""

import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from benchmarks import machine, many_runs
from benchmarks.report import Figure, publish
from models import Tenant, Workspace
from models.columns import utc_now
from policy.access import Scope
from services.database import Database
from services.operation_run_service import insert_history
from services.overview.reading import find_overview, find_week
from services.run_history import HistoryKey, find_typical

MANY = 1_000_000
_BUSY_DAY = 200_000  # more than are counted of it
_AT_ONCE = 10_000
_TIMES = 20


def measure(count: int = MANY) -> None:
    """Measure the reads beside `count` runs of 90 days, on SQLite."""
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        database = _seeded(Path(folder), count)
        try:
            figures = _measure(database)
        finally:
            database.close()
    publish("overview", figures, {"machine": machine.describe(), "runs": count})


def _seeded(folder: Path, count: int) -> Database:
    database = Database(many_runs.put_into(folder, count))
    print(f"adding {_BUSY_DAY:,} runs of one day", flush=True)
    for begin in range(0, _BUSY_DAY, _AT_ONCE):
        with database.writing() as session:
            _add_busy(session, range(begin, begin + _AT_ONCE))
    return database


def _add_busy(session: Session, numbers: range) -> None:
    workspace_id = _workspace(session, "fabrikam")
    now = session.execute(select(utc_now())).scalar_one()
    rows: list[dict[str, Any]] = []
    for number in numbers:
        ended = now - timedelta(days=1) * (1 - number / _BUSY_DAY)
        is_bad = number % 10 == 0
        rows.append(
            {
                "workspace_id": workspace_id,
                "type": f"sync.{number % 7}",
                "outcome": "failed" if is_bad else "succeeded",
                "created_at": ended - timedelta(seconds=number % 90),
                "started_at": ended - timedelta(seconds=number % 80),
                "completed_at": ended,
                "failure_summary": [{"code": f"e{number % 40}", "count": 1}] if is_bad else [],
            }
        )
    insert_history(session, rows)


def _measure(database: Database) -> list[Figure]:
    with database.reading() as session:
        whole = Scope(_workspace(session, "northwind"), None)
        busy = Scope(_workspace(session, "fabrikam"), None)
        contoso = session.scalars(select(col(Tenant.id)).where(col(Tenant.slug) == "contoso")).one()
    own = Scope(whole.workspace_id, frozenset({contoso or 0}))
    key = HistoryKey(whole, "directory.sync")
    return [
        _figure(database, "a tick", lambda s: find_overview(s, whole), 250),
        _figure(database, "a tick, a tenant's", lambda s: find_overview(s, own), 250),
        _figure(database, "a tick, after a busy day", lambda s: find_overview(s, busy), 500),
        _figure(database, "the week", lambda s: find_week(s, whole), 1000),
        _figure(database, "the week, after a busy day", lambda s: find_week(s, busy), 2000),
        _figure(database, "a type's history", lambda s: find_typical(s, key), 10),
    ]


def _figure(
    database: Database, quantity: str, read: Callable[[Session], object], target: float
) -> Figure:
    took: list[float] = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        with database.reading() as session:
            read(session)
        took.append((time.perf_counter() - begun) * 1000)
    slow = sorted(took)[int(_TIMES * 0.95) - 1]
    return Figure("the overview", f"{quantity}, 95th percentile", "ms", [slow], target)


def _workspace(session: Session, slug: str) -> int:
    found = session.scalars(select(col(Workspace.id)).where(col(Workspace.slug) == slug)).one()
    return found or 0


@click.command()
@click.option("--runs", default=MANY, help="Runs of 90 days in the first workspace.")
def main(runs: int) -> None:
    """Print a table, and write it as JSON to benchmarks/results/."""
    measure(runs)


if __name__ == "__main__":
    main()
