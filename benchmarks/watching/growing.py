"""What one refresh costs while viewers become more, and while the database holds more runs.

    make bench-long ARGS="viewers rows"

One round each: it is the shape that is asked for here, the figures themselves are in `watching`.
"""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine, many_runs
from benchmarks.report import Figure, publish
from benchmarks.watching import world
from benchmarks.watching.stage import Stage, on_stage
from benchmarks.watching.subjects import EVERYBODY, STILLWATCH

VIEWERS = (50, 100, 200, 500, 1000)
ROWS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_FEW = 200
_SECONDS = 10.0
_SETTLE_SECONDS = 4.0


def measure_viewers(steps: Sequence[int] = VIEWERS) -> None:
    """Publish the cost of a refresh for each number of viewers, of every subject."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        data_dir = Path(folder)
        world.create(data_dir)
        for subject in EVERYBODY:
            print(f"  {subject.name}", flush=True)
            with on_stage(subject, data_dir) as stage:
                for cost, viewers in zip(_costs(stage, steps), steps, strict=True):
                    figures.append(Figure(subject.name, f"{viewers} viewers", "ms", [cost]))
    publish("viewers", figures, {"machine": machine.describe(), "seconds": _SECONDS})


def measure_rows(sizes: Sequence[int] = ROWS) -> None:
    """Publish the cost of a refresh for a few viewers beside ever more runs."""
    figures = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
            data_dir = Path(folder)
            many_runs.put_into(data_dir, size)
            with on_stage(STILLWATCH, data_dir) as stage:
                (cost,) = _costs(stage, [_FEW])
        figures.append(Figure(STILLWATCH.name, f"{size:,} runs", "ms", [cost]))
    conditions = {"machine": machine.describe(), "seconds": _SECONDS, "viewers": _FEW}
    publish("rows", figures, conditions)


def _costs(stage: Stage, steps: Sequence[int]) -> list[float]:
    """Milliseconds of processor for each viewer and refresh, at each number of viewers."""
    runs = stage.add_runs([0.0])
    stage.crowd.ask("write", [(runs[0], 0.0)])
    costs, there = [], 0
    for viewers in steps:
        stage.open(runs, viewers - there)
        there = viewers
        time.sleep(_SETTLE_SECONDS)
        window = stage.measure(_SECONDS)
        costs.append(window.processor_ms / max(1, window.deliveries))
    stage.crowd.ask("close")
    return costs
