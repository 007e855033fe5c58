"""A server on one core and a crowd before it on the other, for one measurement."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import process
from benchmarks.watching import world
from benchmarks.watching.remote_crowd import CROWD_CORE, RemoteCrowd, gathered
from benchmarks.watching.round import Window, measure_window
from benchmarks.watching.server import MeasuredServer, serving
from benchmarks.watching.subjects import Subject

# Later than now, but no further than clocks may differ: for so long a run is asked for each second.
AHEAD = -55.0
_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Stage:
    """A subject that serves `data_dir`, and those who look."""

    subject: Subject
    data_dir: Path
    server: MeasuredServer
    crowd: RemoteCrowd

    def open(self, runs: Sequence[int], viewers: int, group: str = "1 s") -> dict[str, Any]:
        """Open pages of these runs, one after the other."""
        pages = [(f"/operations/{runs[n % len(runs)]}", group) for n in range(viewers)]
        opened: dict[str, Any] = self.crowd.ask("open", pages, self.subject.by)
        return opened

    def add_runs(self, ages: Sequence[float], *, ended: bool = False) -> list[int]:
        state = ("completed", "succeeded") if ended else ("running", None)
        return world.add_runs(self.data_dir, ages, *state)

    def measure(self, seconds: float) -> Window:
        return measure_window(self.server, self.crowd, seconds)


@contextmanager
def on_stage(subject: Subject, data_dir: Path) -> Iterator[Stage]:
    """The subject's server and nobody there yet."""
    process.allow_many_files(_FILES)
    with (
        serving(data_dir, subject.command) as server,
        gathered(server.url, world.PASSWORD, data_dir / world.DATABASE) as crowd,
        process.staying_on(CROWD_CORE),
    ):
        yield Stage(subject, data_dir, server, crowd)
