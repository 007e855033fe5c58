"""Both engines: how soon a run starts, how many run to their end, and what waiting costs."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col

from benchmarks import machine
from benchmarks.forms import Distributed, Embedded, Form
from benchmarks.report import Figure, publish
from models import IS_ACTIVE, OperationRun, Workspace
from scripts.postgres_server import PostgresServer
from services.database import Database

ROUNDS = 3
_LATENCIES = 200
_PAUSE_MS = 40.0
_LIFECYCLES = 1000
_SETTLE_SECONDS = 3.0
_IDLE_SECONDS = 12.0
_MOST_SECONDS = 120.0

AnyForm = Embedded | Distributed


def measure() -> None:
    """Measure both in turns, so that whatever else goes on here meets both alike."""
    conditions = {"machine": machine.describe(), "rounds": ROUNDS, "lifecycles": _LIFECYCLES}
    values: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        server = PostgresServer(Path(folder) / "postgres")
        server.start()
        try:
            forms = (_embedded(Path(folder)), Distributed(Path(folder), server))
            for number in range(1, ROUNDS + 1):
                for form in forms:
                    print(f"round {number} of {ROUNDS}: {form.name}", flush=True)
                    for quantity, value in _round(form).items():
                        values.setdefault((form.name, quantity), []).append(value)
        finally:
            server.stop()
    publish("engines", [_figure(*key, rounds) for key, rounds in values.items()], conditions)


def _embedded(folder: Path) -> Embedded:
    (folder / "sqlite").mkdir()
    return Embedded(folder / "sqlite")


_QUANTITIES: dict[str, tuple[str, dict[str, float], bool]] = {
    # quantity: unit, target by form, whether more is better
    "start latency, median": ("ms", {"embedded": 50, "distributed": 25}, False),
    "start latency, 95th percentile": ("ms", {}, False),
    "lifecycles, requested one by one": ("/s", {"embedded": 250, "distributed": 250}, True),
    "processor per lifecycle, ours": ("ms", {}, False),
    "idle, processor per worker": ("% of a core", {"embedded": 1, "distributed": 1}, False),
    "idle, statements per worker": ("/s", {"embedded": 3, "distributed": 3}, False),
    "idle, transactions per worker": ("/s", {}, False),
}


def _figure(form: str, quantity: str, rounds: list[float]) -> Figure:
    unit, targets, more_is_better = _QUANTITIES[quantity]
    return Figure(form, quantity, unit, rounds, targets.get(form), more_is_better)


def _round(form: AnyForm) -> dict[str, float]:
    database = Database(form.url)
    try:
        workspace_id = _add_workspace(database)
        with form.running() as running:
            latencies = _latencies(running, workspace_id, lambda: _wait_for_the_end(database))
            rate, used = _rate(running, database, workspace_id)
    finally:
        database.close()
    twentieths = statistics.quantiles(latencies, n=20)
    return {
        "start latency, median": statistics.median(latencies),
        "start latency, 95th percentile": twentieths[18],
        "lifecycles, requested one by one": rate,
        "processor per lifecycle, ours": used,
        **_idle(form),
    }


def _latencies(form: Form, workspace_id: int, wait: Callable[[], None]) -> list[float]:
    """Milliseconds from the commit of a request to the first line of its handler."""
    form.requester.ask("request", workspace_id, 20, _PAUSE_MS)  # warm
    wait()
    for worker in form.workers:
        worker.ask("starts")
    committed = form.requester.times("request", workspace_id, _LATENCIES, _PAUSE_MS)
    wait()
    started = {run: at for worker in form.workers for run, at in worker.times("starts").items()}
    return [(started[run] - at) / 1e6 for run, at in committed.items()]


def _rate(form: Form, database: Database, workspace_id: int) -> tuple[float, float]:
    """Runs per second from the first request to the last end, while they are requested, and
    milliseconds of processor for each in all of our own processes."""
    ours = {form.requester, *form.workers}
    before = sum(node.processor_seconds() for node in ours)
    asked = form.requester.times("request", workspace_id, _LIFECYCLES, 0)
    _wait_for_the_end(database)
    used = sum(node.processor_seconds() for node in ours) - before
    with database.reading() as session:
        first, last = session.execute(
            select(
                func.min(col(OperationRun.created_at)), func.max(col(OperationRun.completed_at))
            ).where(col(OperationRun.id).between(min(asked), max(asked)))
        ).one()
    assert first is not None
    assert last is not None
    return len(asked) / (last - first).total_seconds(), 1000 * used / len(asked)


def _idle(form: AnyForm) -> dict[str, float]:
    """What each worker process costs while there is nothing to do."""
    with form.idling() as idling:
        time.sleep(_SETTLE_SECONDS)
        form.begin_counting(idling)
        before = [worker.processor_seconds() for worker in idling.workers]
        began = time.monotonic()
        time.sleep(_IDLE_SECONDS)
        seconds = time.monotonic() - began
        used = [
            worker.processor_seconds() - then
            for worker, then in zip(idling.workers, before, strict=True)
        ]
        statements, transactions = form.counted(idling)
    count = len(idling.workers)
    return {
        "idle, processor per worker": 100 * statistics.mean(used) / seconds,
        "idle, statements per worker": statements / seconds / count,
        "idle, transactions per worker": transactions / seconds / count,
    }


def _add_workspace(database: Database) -> int:
    with database.writing() as session:
        workspace = Workspace(slug=f"bench-{time.monotonic_ns()}", name="Benchmark")
        session.add(workspace)
        session.flush()
        assert workspace.id is not None
        return workspace.id


def _wait_for_the_end(database: Database) -> None:
    deadline = time.monotonic() + _MOST_SECONDS
    active = select(col(OperationRun.id)).where(IS_ACTIVE).limit(1)
    while time.monotonic() < deadline:
        with database.reading() as session:
            if session.scalar(active) is None:
                return
        time.sleep(0.1)
    raise RuntimeError("the runs do not come to their end")
