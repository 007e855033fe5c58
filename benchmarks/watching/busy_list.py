"""Two hundred people at the list of a million runs, of which twenty take a step each second.

    make bench ARGS=busy_list

Each has a sign-in of their own. Pages are also read meanwhile as `run_lists` does it, at the
service, and opened over HTTP, which adds the page around them.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks import machine, many_runs, run_lists
from benchmarks.report import Figure, publish
from benchmarks.watching import world
from benchmarks.watching.crowd import sign_in
from benchmarks.watching.round import Window
from benchmarks.watching.stage import Stage, on_stage
from benchmarks.watching.subjects import STILLWATCH
from services.database import Database

_PEOPLE = 200
_STEPS_PER_SECOND = 20.0
_INTERVAL = 10.0
_SECONDS = 20.0  # a multiple of the interval
_ROUNDS = 3
_READS = 20
_SETTLE_SECONDS = 12.0
_MOST_MS = 50.0
_MOST_STATEMENTS = 2.0
_SUBJECT = "200 people at the list"
_OVER_HTTP = ("/operations", "/operations?status=failed", "/operations?tenant=contoso")


def measure(count: int = run_lists.MANY) -> None:
    """Publish what the list costs, and how long it takes, while so many look at it."""
    conditions = {"machine": machine.describe(), "runs": count, "rounds": _ROUNDS}
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        data_dir = Path(folder)
        url = many_runs.put_into(data_dir, count)
        with on_stage(STILLWATCH, data_dir) as stage:
            figures = list(_measure(stage, Database(url)))
    publish("busy_list", figures, conditions)


def _measure(stage: Stage, database: Database) -> Iterator[Figure]:
    stage.crowd.ask("sign_in", _PEOPLE, 1)
    # First they move: of those who come one after the other, each has a page of their own.
    stage.crowd.ask("move", _STEPS_PER_SECOND)
    stage.crowd.ask("open", [("/operations", "10 s")] * _PEOPLE)
    time.sleep(_SETTLE_SECONDS)
    windows = [_quantities(stage.measure(_SECONDS)) for _ in range(_ROUNDS)]
    for quantity, target in _TARGETS.items():
        yield Figure(_SUBJECT, quantity, "", [values[quantity] for values in windows], target)
    yield from _pages_at_the_service(database)
    yield from asyncio.run(_pages_over_http(stage.server.url))
    stage.crowd.ask("close")


_STATEMENTS = "statements for each interval, of list and rights"
_LOST = "ticks lost, in %"
_COST = "processor for each person and tick, in ms"
_TARGETS: Mapping[str, float | None] = {_STATEMENTS: _MOST_STATEMENTS, _LOST: 1.0, _COST: None}


def _quantities(window: Window) -> dict[str, float]:
    ticks = window.grown("stillwatch_poll_ticks_total", surface="run_list")
    return {
        _STATEMENTS: window.statements_each_turn("run_list", _PEOPLE),
        _LOST: 100 * (1 - ticks / (_PEOPLE * window.metric_seconds / _INTERVAL)),
        _COST: window.processor_ms / max(1.0, ticks),
    }


def _pages_at_the_service(database: Database) -> Iterator[Figure]:
    whole, _, person = run_lists.people(database)
    for name, wanted in run_lists.filters(person).items():
        rounds = [
            run_lists.page_milliseconds(database, whole, wanted, _READS)[0] for _ in range(_ROUNDS)
        ]
        yield Figure("meanwhile, a page", f"{name}, 95th percentile", "ms", rounds, _MOST_MS)


async def _pages_over_http(url: str) -> list[Figure]:
    return [
        Figure(
            "meanwhile, over HTTP",
            f"{path}, 95th percentile",
            "ms",
            [await _open_milliseconds(url, path) for _ in range(_ROUNDS)],
        )
        for path in _OVER_HTTP
    ]


async def _open_milliseconds(url: str, path: str) -> float:
    # By a sign-in of their own: one may have so many pages and no more that never open a socket.
    client = await sign_in(url, "owner@example.test", world.PASSWORD)
    took = []
    try:
        for _ in range(_READS):
            began = time.perf_counter()
            (await client.get(path)).raise_for_status()
            took.append(1000 * (time.perf_counter() - began))
    finally:
        await client.aclose()
    return statistics.quantiles(took, n=20)[18]
