"""An hour of pages that open, hide, ask, drop and go: what of it stays in the server.

    python -m benchmarks.watching.churn --minutes 60

Ends with an error when memory has grown by more than 5 % after the warm-up, or when anything is
left once everybody is gone: tasks, timers, pages.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from benchmarks import machine
from benchmarks.report import Figure, publish
from benchmarks.watching import world
from benchmarks.watching.server import Sample, total
from benchmarks.watching.stage import Stage, on_stage
from benchmarks.watching.subjects import STILLWATCH

_PEOPLE = 150
_MOST_GROWTH = 5.0
_WARM_SHARE = 6  # the first sixth is warm-up; what is compared are the sixths after it
# Pages are kept for a socket that may come back, and then searched for in memory.
_SECONDS_TO_BE_FORGOTTEN = 90.0
_LEFT = {
    "pages": "stillwatch_clients",
    "pages in memory": "stillwatch_gone_clients",
    "timers": "stillwatch_pollers",
    "snapshots": "stillwatch_snapshots",
    "tasks": "stillwatch_tasks",
}


def measure(minutes: float = 60.0) -> bool:
    """Publish what was left after so many minutes; whether it is as it has to be."""
    conditions = {"machine": machine.describe(), "minutes": minutes, "people": _PEOPLE}
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        data_dir = Path(folder)
        world.create(data_dir)
        with on_stage(STILLWATCH, data_dir) as stage:
            figures, course = _measure(stage, minutes)
    publish("churn", figures, {**conditions, "course": course})
    return all(figure.verdict != "MISSED" for figure in figures)


def _measure(stage: Stage, minutes: float) -> tuple[list[Figure], list[dict[str, float]]]:
    stage.crowd.ask("sign_in", _PEOPLE)
    stage.open(stage.add_runs([0.0]), 20)  # whatever is made once is made now
    stage.crowd.ask("close")
    before = _settled(stage)
    stage.crowd.ask("churn", _PEOPLE)
    course = [_look(stage, minute) for minute in range(1, max(2, round(minutes)) + 1)]
    stage.crowd.ask("calm")
    churned = stage.crowd.ask("churned")
    after = _settled(stage)
    figures = [
        _growth([row["memory_mib"] for row in course]),
        Figure("an hour", "memory at its end", "MiB", [course[-1]["memory_mib"]]),
        Figure("an hour", "pages opened", "", [churned["opened"]]),
        Figure("an hour", "visits that went wrong", "", [churned["failed"]]),
        *_left(before, after),
    ]
    return figures, course


def _look(stage: Stage, minute: int) -> dict[str, float]:
    time.sleep(60.0)
    metrics = stage.server.metrics()
    known = {name: total(metrics, metric) for name, metric in _LEFT.items()}
    row = {"minute": float(minute), "memory_mib": round(stage.server.resident_kib / 1024, 1)}
    print(f"  minute {minute}: {row['memory_mib']} MiB, {known}", flush=True)
    return {**row, **known}


def _settled(stage: Stage) -> Mapping[Sample, float]:
    """The metrics once nobody is there and all is forgotten that will be."""
    time.sleep(_SECONDS_TO_BE_FORGOTTEN)
    return stage.server.metrics()


def _growth(memory: Sequence[float]) -> Figure:
    """How much more the last sixth held than the second, by their medians."""
    part = max(1, len(memory) // _WARM_SHARE)
    early = statistics.median(memory[part : 2 * part] or memory[:1])
    late = statistics.median(memory[-part:])
    percent = 100 * (late / early - 1)
    return Figure("an hour", "growth of memory after the warm-up", "%", [percent], _MOST_GROWTH)


def _left(before: Mapping[Sample, float], after: Mapping[Sample, float]) -> list[Figure]:
    """What is more than before anybody came; what the server does not count is left out."""
    counted = {name for name, _labels in after}
    return [
        Figure("afterwards", f"{name} left", "", [total(after, metric) - total(before, metric)], 0)
        for name, metric in _LEFT.items()
        if metric in counted
    ]


@click.command()
@click.option("--minutes", default=60.0, help="How long they come and go.")
def main(minutes: float) -> None:
    """Print a table, write it as JSON to benchmarks/results/, and fail when anything is left."""
    sys.exit(0 if measure(minutes) else 1)


if __name__ == "__main__":
    main()
