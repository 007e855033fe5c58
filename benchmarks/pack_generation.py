"""A review pack of many runs: how fast it is made, what memory it takes, and who is kept waiting.

    .venv/bin/python -m benchmarks.pack_generation --runs 100000

The pack is asked for and made as in a console: by a worker thread of the embedded engine, with its
heartbeats, its progress and the file on the disk. In the same process an event loop does what the
pages' does: it wants to wake every 10 ms, and reads the run every quarter of a second. How late a
tick is painted is what a person would notice.
"""

import asyncio
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import click
from sqlalchemy import select
from sqlmodel import col

import seed_data
from benchmarks import machine
from benchmarks.report import Figure, publish
from jobs.engines import engine_for
from jobs.operation import built_in_operations
from models import OperationRun, ReviewPack, Role, Tenant, User
from policy.access import Grant
from services import runs, schema
from services.auth import Viewer
from services.database import Database
from services.packs.order import PackOptions
from services.review_packs import RequestedPack, ReviewPacks
from services.run_terms import Enqueue

MANY = 1_000_000
_TENANT = "contoso"
_WAKE_EVERY, _TICK_EVERY = 0.01, 0.25  # seconds
_MOST_SECONDS = 900.0


def measure(count: int = MANY) -> None:
    """Measure one pack of `count` runs in the period, on SQLite."""
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        database = _seeded(Path(folder), count)
        try:
            figures = _measure(database, Path(folder), count)
        finally:
            database.close()
    publish("pack_generation", figures, {"machine": machine.describe(), "runs": count})


def _seeded(folder: Path, count: int) -> Database:
    url = f"sqlite:///{folder}/stillwatch.db"
    schema.migrate(url)
    database = Database(url)
    seed_data.seed(database, folder, "benchmark-password")
    print(f"adding {count:,} runs", flush=True)
    seed_data.add_runs(database, count, _TENANT)
    return database


def _measure(database: Database, folder: Path, count: int) -> list[Figure]:
    engine = engine_for(database, built_in_operations(), 1, folder)
    engine.start()
    try:
        idle = _memory()
        print("making the pack", flush=True)
        with _loop_beside(database) as beside:
            begun, cpu = time.perf_counter(), time.process_time()
            pack, run = _made(database, engine.enqueue, beside)
            seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    finally:
        engine.stop()
    assert pack.summary["counts"]["runs"] >= count, pack.summary
    assert run.started_at is not None
    assert run.created_at is not None
    waited = run.started_at - run.created_at
    return [
        _figure("runs a second", "/s", count / seconds, 20_000, more_is_better=True),
        _figure("runs a second of processor, all threads", "/s", count / cpu),
        _figure("until the worker has it", "ms", waited.total_seconds() * 1000),
        _figure("memory above idle, at most", "MB", beside.most_memory - idle, 300),
        _figure("memory idle", "MB", idle),
        _figure("archive", "MB", (pack.file_size or 0) / 1e6),
        _figure("event loop late, 99th percentile", "ms", beside.late(0.99) * 1000),
        _figure("event loop late, at most", "ms", beside.late(1) * 1000, 1000),
        _figure("a live page's tick late, 99th percentile", "ms", beside.tick_late(0.99) * 1000),
        _figure("a live page's tick late, at most", "ms", beside.tick_late(1) * 1000, 1000),
        _figure("progress unchanged, at most", "ms", beside.longest_standstill * 1000),
    ]


def _figure(
    quantity: str,
    unit: str,
    value: float,
    target: float | None = None,
    more_is_better: bool = False,
) -> Figure:
    return Figure("a review pack", quantity, unit, [value], target, more_is_better)


class _Beside:
    """An event loop in a thread of its own, as late as this process makes it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._late: list[float] = []
        self._tick_late: list[float] = []
        self._stopping = threading.Event()
        self._processed = -1
        self._moved_at = 0.0
        self.run_id: int | None = None
        self.most_memory = 0.0
        self.longest_standstill = 0.0

    def late(self, share: float) -> float:
        return _percentile(self._late, share)

    def tick_late(self, share: float) -> float:
        return _percentile(self._tick_late, share)

    def live(self) -> None:
        asyncio.run(self._live())

    def stop(self) -> None:
        self._stopping.set()

    async def _live(self) -> None:
        await asyncio.gather(self._wake(), self._tick())

    async def _wake(self) -> None:
        while not self._stopping.is_set():
            due = time.perf_counter() + _WAKE_EVERY
            await asyncio.sleep(_WAKE_EVERY)
            self._late.append(time.perf_counter() - due)
            self.most_memory = max(self.most_memory, _memory())

    async def _tick(self) -> None:
        while not self._stopping.is_set():
            due = time.perf_counter() + _TICK_EVERY
            await asyncio.sleep(_TICK_EVERY)
            if self.run_id is not None:
                run = await self._database.read(partial(runs.find_run, run_id=self.run_id))
                self._tick_late.append(time.perf_counter() - due)
                if run is not None and run.status == "running":
                    self._note_progress(run.summary_counts)

    def _note_progress(self, counts: dict[str, int] | None) -> None:
        now, processed = time.perf_counter(), (counts or {}).get("processed", 0)
        if processed != self._processed:
            self._processed, self._moved_at = processed, now
        self.longest_standstill = max(self.longest_standstill, now - self._moved_at)


@contextmanager
def _loop_beside(database: Database) -> Iterator[_Beside]:
    beside = _Beside(database)
    thread = threading.Thread(target=beside.live)
    thread.start()
    try:
        yield beside
    finally:
        beside.stop()
        thread.join()


def _made(database: Database, enqueue: Enqueue, beside: _Beside) -> tuple[ReviewPack, OperationRun]:
    requested = _request(database, enqueue)
    beside.run_id = requested.run_id
    deadline = time.monotonic() + _MOST_SECONDS
    pause = threading.Event()
    while time.monotonic() < deadline:
        with database.reading() as session:
            pack = session.get_one(ReviewPack, requested.pack_id)
            run = session.get_one(OperationRun, requested.run_id)
        if run.status == "completed":
            assert pack.status == "ready", run.failure_summary
            return pack, run
        pause.wait(0.05)
    raise TimeoutError("the pack is not made")


def _request(database: Database, enqueue: Enqueue) -> RequestedPack:
    now = datetime.now(UTC)
    options = PackOptions(now - timedelta(days=365), now, include_failure_details=True)
    with database.writing() as session:
        tenant = session.scalars(select(Tenant).where(col(Tenant.slug) == _TENANT)).one()
        owner = session.scalars(select(User).where(col(User.email) == "owner@example.test")).one()
        grants = (Grant(Role.OWNER, tenant.workspace_id),)
        viewer = Viewer(0, owner.id or 0, owner.name, owner.email, None, (), grants)
        return ReviewPacks(session, enqueue).request(viewer, tenant.id or 0, options)


def _memory() -> float:
    """The megabytes that this process holds now, as Linux tells."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


@click.command()
@click.option("--runs", default=MANY, help="Runs of the tenant in the period.")
def main(runs: int) -> None:
    """Print a table, and write it as JSON to benchmarks/results/."""
    measure(runs)


if __name__ == "__main__":
    main()
