"""Four thousand pages of forty live runs on one core, asked for each 1, 5 and 10 seconds alike."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.report import Figure
from benchmarks.watching.round import Window
from benchmarks.watching.stage import Stage, on_stage
from benchmarks.watching.subjects import STILLWATCH

PAGES = 4000
_RUNS = 40
# Seconds since a run's phase began, by the interval that the policy gives for it.
_AGES = {"1 s": 0.0, "5 s": 30.0, "10 s": 3600.0}
_OLD = 3600.0
_SETTLE_SECONDS = 22.0
_MARGIN_MS = 100.0
_SUBJECT = "many pages"

Values = dict[str, float]


def measure_rounds(data_dir: Path, seconds: float, rounds: int, pages: int = PAGES) -> list[Values]:
    """Windows of a multiple of ten `seconds`, one after the other, on pages opened once."""
    with on_stage(STILLWATCH, data_dir) as stage:
        groups = [tuple(_AGES)[number % len(_AGES)] for number in range(_RUNS)]
        runs = stage.add_runs([_OLD] * _RUNS)
        began = time.monotonic()
        _open(stage, runs, groups, pages)
        print(f"  {pages} pages opened in {time.monotonic() - began:.0f} s", flush=True)
        stage.crowd.ask("write", [(r, _AGES[g]) for r, g in zip(runs, groups, strict=True)])
        time.sleep(_SETTLE_SECONDS)
        held = stage.server.resident_kib / 1024
        windows = [stage.measure(seconds) for _ in range(rounds)]
        stage.crowd.ask("close")
    shown = [groups[number % _RUNS] for number in range(pages)]
    return [{**_quantities(window, shown), "memory": held} for window in windows]


def figures(rounds: list[Values]) -> list[Figure]:
    """The rounds of every quantity, with what it has to come to."""
    return [
        Figure(
            _SUBJECT,
            quantity,
            _unit(quantity),
            [values[quantity] for values in rounds],
            _TARGETS.get(quantity),
        )
        for quantity in rounds[0]
    ]


_LOST = "ticks lost, by the server's count"
_MISSED = "refreshes missed, by what the pages received"
_PAUSE = "longest pause of the loop"
_DELAY = "asked each {}: from commit to receipt, 95th percentile"
_TARGETS: Mapping[str, float] = {
    _LOST: 1.0,
    _MISSED: 1.0,
    _PAUSE: 100.0,
    **{_DELAY.format(g): 1000 * float(g.split()[0]) + _MARGIN_MS for g in _AGES},
}


def _open(stage: Stage, runs: Sequence[int], groups: Sequence[str], pages: int) -> None:
    stage.crowd.ask("sign_in", pages)
    shown = [(f"/operations/{runs[n % _RUNS]}", groups[n % _RUNS]) for n in range(pages)]
    stage.crowd.ask("open", shown)


def _quantities(window: Window, shown: Sequence[str]) -> Values:
    due = sum(window.metric_seconds / float(group.split()[0]) for group in shown)
    ticks = window.grown("stillwatch_poll_ticks_total", surface="run_detail")
    turns: Mapping[str, Any] = window.counted["turns"]
    expected = sum(turn["due"] for turn in turns.values())
    came = sum(turn["came"] for turn in turns.values())
    pause = window.longest_ms("stillwatch_loop_pause_seconds")
    return {
        _LOST: 100 * (1 - ticks / due),
        _MISSED: 100 * (1 - came / expected) if expected else 100.0,
        **({} if pause is None else {_PAUSE: pause}),
        **{
            _DELAY.format(group): delays["p95"]
            for group, delays in sorted(window.counted["delays"].items())
        },
        "processor for each tick": window.processor_ms / max(1.0, ticks),
        "processor, of one core": window.processor_ms / window.seconds / 10,
        "generator, of its core": 100 * window.generator_share,
    }


def _unit(quantity: str) -> str:
    if quantity == "memory":
        return "MiB"
    if "of one core" in quantity or "of its core" in quantity or quantity in (_LOST, _MISSED):
        return "%"
    return "ms"
