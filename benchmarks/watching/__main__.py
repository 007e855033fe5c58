"""One workload on this server alone, for whoever works on it; see the package's docstring."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from benchmarks.watching import world
from benchmarks.watching.remote_crowd import RemoteCrowd, gathered
from benchmarks.watching.round import Window, measure_window
from benchmarks.watching.server import MeasuredServer, serving

_AHEAD = -50.0  # a phase that begins later than now: its run is asked for each second until then


@click.command()
@click.option("--viewers", default=100, help="Open pages.")
@click.option("--seconds", default=10.0, help="How long to measure, after the warm-up.")
@click.option("--warm-up", default=4.0, help="Seconds between the last opening and the measuring.")
@click.option("--runs", default=1, help="Live runs that the viewers are spread over.")
@click.option("--idle", type=click.Choice(["terminal", "hidden", "dialog"]), help="Silent pages.")
@click.option("--still", is_flag=True, help="Nothing changes while it is measured.")
@click.option(
    "--profile",
    is_flag=False,
    flag_value="samples",
    default="",
    type=click.Choice(["", "samples", "calls"]),
    help="Where the server's time goes.",
)
def main(
    viewers: int,
    seconds: float,
    warm_up: float,
    runs: int,
    idle: str | None,
    still: bool,
    profile: str,
) -> None:
    """Processor time for each viewer and refresh of this server, pinned to one core."""
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        data_dir = Path(folder)
        report = data_dir / "profile.txt"
        profiled = ("-m", "benchmarks.watching.profiled", profile, str(report))
        command = profiled if profile else ("-m", "stillwatch", "serve")
        with (
            serving(data_dir, command) as server,
            gathered(server.url, world.PASSWORD, data_dir / world.DATABASE) as crowd,
        ):
            ids = _prepare(data_dir, crowd, viewers, runs, idle)
            if not idle and still:
                world.set_ages(data_dir, ids, [_AHEAD] * runs)
            elif not idle:
                crowd.ask("write", [(run_id, 0.0) for run_id in ids])
            time.sleep(warm_up)
            with _profiling(server, report, is_wanted=bool(profile)):
                window = measure_window(server, crowd, seconds)
            _print(window, viewers, server)
            crowd.ask("close")


def _prepare(
    data_dir: Path, crowd: RemoteCrowd, viewers: int, runs: int, idle: str | None
) -> list[int]:
    is_ended = idle == "terminal"
    status, outcome = ("completed", "succeeded") if is_ended else ("running", None)
    ids = world.add_runs(data_dir, [_AHEAD] * runs, status, outcome)
    if idle == "dialog":
        crowd.ask("come_as", ["operator", "owner"])  # who may cancel a run
    began = time.monotonic()
    crowd.ask("open", [(f"/operations/{ids[n % runs]}", "1 s") for n in range(viewers)])
    print(f"{viewers} pages opened in {time.monotonic() - began:.1f} s", flush=True)
    if idle == "hidden":
        crowd.ask("show", "hidden")
    if idle == "dialog":
        crowd.ask("click", "run-cancel")
    return ids


@contextmanager
def _profiling(server: MeasuredServer, report: Path, *, is_wanted: bool) -> Iterator[None]:
    if is_wanted:
        os.kill(server.pid, signal.SIGUSR1)
    yield
    if is_wanted:
        os.kill(server.pid, signal.SIGUSR2)
        while not report.exists():
            time.sleep(0.1)
        print(report.read_text())


def _print(window: Window, viewers: int, server: MeasuredServer) -> None:
    ticks = window.grown("stillwatch_poll_ticks_total")
    each = window.processor_ms / window.seconds / viewers
    lines = {
        "processor, ms per viewer and second": f"{each:.3f}",
        "processor, ms per viewer and refresh received": (
            f"{window.processor_ms / window.deliveries:.3f}" if window.deliveries else "-"
        ),
        "processor of the server, ms a second": f"{window.processor_ms / window.seconds:.0f}",
        "generator, share of its core": f"{window.generator_share:.2f}",
        "refreshes received, per viewer and second": (
            f"{window.deliveries / viewers / window.seconds:.3f}"
        ),
        "ticks, per viewer and second": f"{ticks / viewers / window.metric_seconds:.3f}",
        "reads a second": {
            kind: round(window.rate("stillwatch_snapshot_reads_total", kind=kind), 2)
            for kind in ("run", "access")
        },
        "messages": window.counted["messages"],
        "bytes on the wire, per viewer and second": (
            f"{window.wire_bytes / viewers / window.seconds:.0f}"
        ),
        "delays from commit to receipt, ms": window.counted["delays"],
        "sockets dropped": window.counted["dropped"],
        "memory of the server, MiB": f"{server.resident_kib / 1024:.0f}",
    }
    for name, value in lines.items():
        print(f"{name:<48} {value}")


if __name__ == "__main__":
    main()
