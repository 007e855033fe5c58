"""How fast a review pack of many runs is made, what memory it takes, and how it treats others.

    .venv/bin/python -m benchmarks.pack_generation --runs 1000000

While the pack is made in a thread, another one does what the server's event loop would: it wakes
up every 10 ms. How late it wakes is what a live page would feel.
"""

import json
import platform
import resource
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlmodel import col

import seed_data
from models import Tenant
from services import schema
from services.database import Database
from services.packs.making import make_pack
from services.packs.order import PackOptions, PackOrder, Stage, Step
from stillwatch import __version__

_RESULTS = Path(__file__).parent / "results"
_TENANT = "contoso"


@click.command()
@click.option("--runs", default=1_000_000, help="Runs of the tenant in the period.")
@click.option(
    "--database", "path", type=click.Path(path_type=Path), help="Keep and reuse this one."
)
def main(runs: int, path: Path | None) -> None:
    """Print a table, and write it as JSON to benchmarks/results/."""
    with tempfile.TemporaryDirectory() as folder:
        database = _seeded(path or Path(folder) / "stillwatch.db", runs)
        try:
            result = _measure(database, Path(folder) / "pack.zip")
        finally:
            database.close()
    _RESULTS.mkdir(exist_ok=True)
    target = _RESULTS / "pack_generation.json"
    target.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for name, value in result.items():
        click.echo(f"{name:<34} {value}")


def _seeded(path: Path, runs: int) -> Database:
    is_new = not path.exists()
    url = f"sqlite:///{path}"
    schema.migrate(url)
    database = Database(url)
    if is_new:
        seed_data.seed(database, path.parent, "benchmark-password")
        seed_data.add_runs(database, runs, _TENANT)
    return database


def _measure(database: Database, target: Path) -> dict[str, Any]:
    steps: list[tuple[float, Step]] = []
    idle = _memory()
    late = _Neighbour()
    begun, cpu = time.perf_counter(), time.thread_time()
    with target.open("w+b") as file, late:
        made = make_pack(
            database, _order(database), file, lambda s: steps.append((time.perf_counter(), s))
        )
    seconds, cpu = time.perf_counter() - begun, time.thread_time() - cpu
    read = next(at for at, step in steps if step.stage is not Stage.RUNS) - begun
    gaps = [b - a for (a, _), (b, _) in zip([(begun, None), *steps], steps, strict=False)]
    runs = made.counts["runs"]
    return {
        "runs": runs,
        "seconds": round(seconds, 2),
        "runs_per_second": round(runs / seconds),
        # What it would be with a processor for itself, when others are busy on this machine.
        "cpu_seconds": round(cpu, 2),
        "runs_per_cpu_second": round(runs / cpu),
        "seconds_reading_runs": round(read, 2),
        "memory_idle_mb": round(idle),
        "memory_above_idle_mb": round(late.most_memory - idle),
        "archive_mb": round(target.stat().st_size / 1e6, 1),
        "longest_gap_between_checks_ms": round(max(gaps) * 1000),
        "neighbour_late_p99_ms": round(late.percentile(0.99) * 1000, 1),
        "neighbour_late_max_ms": round(late.percentile(1) * 1000, 1),
        "python": platform.python_version(),
    }


def _order(database: Database) -> PackOrder:
    now = datetime.now(UTC)
    with database.reading() as session:
        tenant_id = session.scalar(select(col(Tenant.id)).where(col(Tenant.slug) == _TENANT))
    options = PackOptions(now - timedelta(days=365), now, include_failure_details=True)
    return PackOrder(1, None, tenant_id or 0, options, None, now, __version__)


def _memory() -> float:
    """The megabytes that this process holds now, as Linux tells."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


class _Neighbour:
    """A thread that wants to wake every 10 ms, and notes how late it does and the memory held."""

    _EVERY = 0.01

    def __init__(self) -> None:
        self._late: list[float] = []
        self.most_memory = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def percentile(self, share: float) -> float:
        late = sorted(self._late)
        return late[min(int(len(late) * share), len(late) - 1)]

    def _run(self) -> None:
        due = time.perf_counter() + self._EVERY
        while not self._stop.wait(max(0.0, due - time.perf_counter())):
            now = time.perf_counter()
            self._late.append(now - due)
            self.most_memory = max(self.most_memory, _memory())
            due = now + self._EVERY


if __name__ == "__main__":
    main()
