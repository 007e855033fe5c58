"""How much later honest people see a change while twenty sockets do their worst.

.venv/bin/python -m benchmarks.hostile --kind events --rounds 1
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import click

from benchmarks import machine, process
from benchmarks.hostile_sockets import EVERY_KIND
from benchmarks.report import Figure, publish
from benchmarks.watching import world
from benchmarks.watching.remote_crowd import RemoteCrowd, gathered
from benchmarks.watching.round import Window, measure_window
from benchmarks.watching.server import MeasuredServer, serving

HOSTILE = 20
_HONEST = 20
_ROUNDS = 3
_SECONDS = 12.0
_INTERVAL_MS = 1000.0
_ROOT = Path(__file__).resolve().parents[1]
_GENERATORS_CORE = 1


def measure(kinds: Sequence[str] = EVERY_KIND, rounds: int = _ROUNDS) -> None:
    """Measure the delays of honest viewers in peace and under attack, in turns."""
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        data_dir = Path(folder)
        world.create(data_dir)
        with (
            serving(data_dir) as server,
            gathered(server.url, world.PASSWORD, data_dir / world.DATABASE) as crowd,
        ):
            (run,) = world.add_runs(data_dir, [0.0])
            crowd.ask("open", [(f"/operations/{run}", "1 s")] * _HONEST)
            crowd.ask("write", [(run, 0.0)])
            windows = [
                (_window(server, crowd, run, ()), _window(server, crowd, run, kinds))
                for _ in range(rounds)
            ]
    figures = _figures([one for one, _ in windows], [other for _, other in windows])
    conditions = {"machine": machine.describe(), "hostile": HOSTILE, "kinds": list(kinds)}
    publish("hostile", figures, conditions | {"honest": _HONEST, "seconds": _SECONDS})


def _window(server: MeasuredServer, crowd: RemoteCrowd, run: int, kinds: Sequence[str]) -> Window:
    with attacked(server.url, run, kinds) if kinds else nullcontext():
        window = measure_window(server, crowd, _SECONDS)
    if kinds:
        time.sleep(3)  # what was begun is done, and no longer in the next round
    return window


@contextmanager
def attacked(url: str, run: int, kinds: Sequence[str]) -> Iterator[None]:
    """Hostile sockets of these kinds in turn, all at once, from a process of their own."""
    arguments = [url, world.PASSWORD, f"/operations/{run}", str(HOSTILE), *kinds]
    command = [sys.executable, "-m", "benchmarks.hostile_sockets", *arguments]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as hostile:
        process.pin(hostile.pid, _GENERATORS_CORE)
        assert hostile.stdout is not None
        try:
            if hostile.stdout.readline().strip() != "ready":
                raise RuntimeError("the hostile sockets ended")
            yield
        finally:
            hostile.kill()


def _figures(quiet: Sequence[Window], attacked: Sequence[Window]) -> list[Figure]:
    def delays(windows: Sequence[Window], which: str) -> list[float]:
        return [_delays(window)[which] for window in windows]

    more = [b - a for a, b in zip(delays(quiet, "most"), delays(attacked, "most"), strict=True)]
    return [
        Figure("in peace", "from commit to receipt, 95th percentile", "ms", delays(quiet, "p95")),
        Figure("in peace", "the longest", "ms", delays(quiet, "most")),
        Figure(
            "under attack", "from commit to receipt, 95th percentile", "ms", delays(attacked, "p95")
        ),
        Figure("under attack", "the longest", "ms", delays(attacked, "most")),
        Figure("under attack", "the longest, beyond that in peace", "ms", more, _INTERVAL_MS),
        Figure("in peace", "refreshes received", "", [w.deliveries for w in quiet]),
        Figure("under attack", "refreshes received", "", [w.deliveries for w in attacked]),
        Figure(
            "under attack",
            "sockets refused or cut",
            "",
            [w.grown("stillwatch_socket_refusals_total") for w in attacked],
        ),
        Figure(
            "under attack",
            "pages refused",
            "",
            [w.grown("stillwatch_page_refusals_total") for w in attacked],
        ),
        Figure(
            "under attack",
            "processor of the server",
            "% of a core",
            [w.processor_ms / w.seconds / 10 for w in attacked],
        ),
    ]


def _delays(window: Window) -> dict[str, Any]:
    found: dict[str, Any] = window.counted["delays"]["1 s"]
    return found


@click.command()
@click.option("--kind", "kinds", type=click.Choice(EVERY_KIND), multiple=True, help="Only these.")
@click.option("--rounds", default=_ROUNDS, help="In peace and under attack by turns, so often.")
def main(kinds: tuple[str, ...], rounds: int) -> None:
    """Print a table, and write it as JSON to benchmarks/results/."""
    measure(kinds or EVERY_KIND, rounds)


if __name__ == "__main__":
    main()
