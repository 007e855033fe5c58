"""`make bench ARGS=watching`: the console and its peers in turns, and what only it promises."""

import tempfile
from pathlib import Path

from benchmarks import machine
from benchmarks.report import publish
from benchmarks.watching import many_pages, side_by_side, silent_pages, world

ROUNDS = 3
_VIEWERS = 500
_SECONDS = 8.0
_SILENT_SECONDS = 6.0
_MANY_SECONDS = 10.0


def measure() -> None:
    """Three rounds of everything, so that whatever else goes on here meets all alike."""
    conditions = {
        "machine": machine.describe(),
        "rounds": ROUNDS,
        "viewers": _VIEWERS,
        "seconds": {
            "side by side": _SECONDS,
            "silent pages": _SILENT_SECONDS,
            "many pages": _MANY_SECONDS,
        },
    }
    together, silent = [], []
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        data_dir = Path(folder)
        world.create(data_dir)
        for number in range(1, ROUNDS + 1):
            print(f"round {number} of {ROUNDS}", flush=True)
            together.append(side_by_side.measure_round(data_dir, _VIEWERS, _SECONDS))
            silent.append(silent_pages.measure_round(data_dir, _SILENT_SECONDS))
        print("many pages", flush=True)
        many = many_pages.measure_rounds(data_dir, _MANY_SECONDS, ROUNDS)
    figures = [
        *side_by_side.figures(together, _VIEWERS),
        *silent_pages.figures(silent),
        *many_pages.figures(many),
    ]
    publish("watching", figures, conditions)
