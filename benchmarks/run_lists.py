"""The operations list over a million runs: how soon a first page is there, with all that it shows.

    .venv/bin/python -m benchmarks.run_lists --runs 1000000

A page is read as for a person who opens it: the runs, the counts by status, and what can be chosen
to filter by; once for a whole workspace, once for a person of one tenant.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import select
from sqlmodel import col

from benchmarks import machine, many_runs
from benchmarks.report import Figure, publish
from models import Tenant, User, Workspace
from policy.access import Scope
from policy.status import UxStatus
from services.database import Database
from services.run_filters import SYSTEM_ID, RunFilter
from services.run_list import AskedList, find_list
from services.runs import RunWindow, find_window

MANY = 1_000_000
ROUNDS = 3
_READS = 40
_TARGET_MS = 50.0
_TENANT = "contoso"


def measure(count: int = MANY, name: str = "run_lists") -> None:
    """Measure the first pages of `count` runs, on SQLite, and publish them under `name`."""
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        database = Database(many_runs.put_into(Path(folder), count))
        try:
            figures = list(_figures(database))
        finally:
            database.close()
    conditions = {"machine": machine.describe(), "runs": count, "reads": _READS, "rounds": ROUNDS}
    publish(name, figures, conditions)


def _figures(database: Database) -> Iterator[Figure]:
    whole, of_tenant, person = people(database)
    for who, scope in (("whole workspace", whole), ("one tenant", of_tenant)):
        for name, wanted in filters(person).items():
            print(f"{who}: {name}", flush=True)
            rounds = [page_milliseconds(database, scope, wanted) for _ in range(ROUNDS)]
            yield Figure(who, f"{name}, 95th percentile", "ms", [r[0] for r in rounds], _TARGET_MS)
            yield Figure(who, f"{name}, processor", "ms", [r[1] for r in rounds])
        refreshes = [_refresh(database, scope) for _ in range(ROUNDS)]
        yield Figure(
            who, "a refresh of a filtered list, 95th percentile", "ms", refreshes, _TARGET_MS
        )


def people(database: Database) -> tuple[Scope, Scope, int]:
    """Of whom pages are read: a whole workspace, one tenant of it; and the id of one person."""
    with database.reading() as session:
        workspace = session.scalars(
            select(col(Workspace.id)).where(col(Workspace.slug) == "northwind")
        ).one()
        tenant = session.scalars(select(col(Tenant.id)).where(col(Tenant.slug) == _TENANT)).one()
        person = session.scalars(
            select(col(User.id)).where(col(User.email) == "operator@example.test")
        ).one()
    assert workspace is not None
    assert tenant is not None
    assert person is not None
    return Scope(workspace, None), Scope(workspace, frozenset({tenant})), person


def filters(person: int) -> Mapping[str, RunFilter]:
    """Every single filter, and some pairs of them."""
    long_ago = datetime.now(UTC) - timedelta(days=61)
    a_day = RunFilter(created_from=long_ago, created_before=long_ago + timedelta(days=1))
    return {
        "everything": RunFilter(),
        "oldest first": RunFilter(is_oldest_first=True),
        **{f"status {status}": RunFilter(statuses=(status.value,)) for status in UxStatus},
        "two statuses": RunFilter(statuses=("failed", "partial")),
        "type": RunFilter(types=("access.review",)),
        "type of the whole workspace": RunFilter(types=("database.check",)),
        "tenant": RunFilter(tenant_slug=_TENANT),
        "started by a person": RunFilter(initiator_id=person),
        "started by the system": RunFilter(initiator_id=SYSTEM_ID),
        "the last 24 hours": RunFilter(last="24h"),
        "a day of two months ago": a_day,
        "text that many have": RunFilter(text="throttled"),
        "text that none has": RunFilter(text="nothing like it"),
        "an id": RunFilter(text="4711"),
        "failed in the last 24 hours": RunFilter(statuses=("failed",), last="24h"),
        "running in the last 30 days": RunFilter(statuses=("running",), last="30d"),
    }


def page_milliseconds(
    database: Database, scope: Scope, wanted: RunFilter, reads: int = _READS
) -> tuple[float, float]:
    """Milliseconds until a page is there, and those of them that the processor was at it."""
    elapsed, used = [], []
    for _ in range(reads):
        began, cpu = time.perf_counter(), time.thread_time()
        with database.reading() as session:
            find_list(session, scope, AskedList(wanted, ()))
        elapsed.append(time.perf_counter() - began)
        used.append(time.thread_time() - cpu)
    return _percentile(elapsed), _percentile(used)


def _refresh(database: Database, scope: Scope) -> float:
    """A shown page again, with as many newer runs as are looked at."""
    wanted = RunFilter(statuses=("failed",))
    with database.reading() as session:
        shown = find_list(session, scope, AskedList(wanted, ())).shown
    ids = tuple(run.id for run in shown.runs)
    window = RunWindow(scope, None, ids, shown.newest_known_id - 5_000, wanted)
    times = []
    for _ in range(_READS):
        began = time.perf_counter()
        with database.reading() as session:
            find_window(session, window)
        times.append(time.perf_counter() - began)
    return _percentile(times)


def _percentile(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[18] * 1000


@click.command()
@click.option("--runs", default=MANY, type=click.IntRange(1), help="Runs to list.")
def main(runs: int) -> None:
    measure(runs)


if __name__ == "__main__":
    main()
