"""One window of measuring: what the server used, said and sent in it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client.utils import floatToGoString

from benchmarks.watching.remote_crowd import RemoteCrowd
from benchmarks.watching.server import MeasuredServer, Sample, total


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of `seconds`, after which everything went on as before."""

    seconds: float
    processor_ms: float
    generator_share: float
    before: Mapping[Sample, float]
    after: Mapping[Sample, float]
    metric_seconds: float
    counted: Mapping[str, Any]

    def grown(self, name: str, **labels: str) -> float:
        """By how much the counters of this name and these labels grew."""
        return total(self.after, name, **labels) - total(self.before, name, **labels)

    def rate(self, name: str, **labels: str) -> float:
        """The same a second."""
        return self.grown(name, **labels) / self.metric_seconds

    def statements_each_turn(self, surface: str, viewers: int, kind: str | None = None) -> float:
        """How many reads there were for each time that all of the viewers asked once.

        By their own ticks, not by the clock: a window of ten seconds may hold eleven turns.
        """
        turns = self.grown("stillwatch_poll_ticks_total", surface=surface) / viewers
        labels = {} if kind is None else {"kind": kind}
        reads = self.grown("stillwatch_snapshot_reads_total", **labels)
        return reads / turns if turns else 0.0

    def longest_ms(self, name: str) -> float | None:
        """The upper edge of the highest bucket of a histogram that anything fell into meanwhile.

        None where there is no such histogram.
        """
        edges = sorted(
            float(dict(labels)["le"]) for known, labels in self.after if known == f"{name}_bucket"
        )
        if not edges:
            return None
        # Each bucket counts also what is in those below it.
        whole = self.grown(f"{name}_count")
        reached = (
            edge
            for edge in edges
            if self.grown(f"{name}_bucket", le=floatToGoString(edge)) >= whole
        )
        return 1000 * next(reached)

    @property
    def deliveries(self) -> int:
        return int(self.counted["deliveries"])

    @property
    def messages(self) -> int:
        """What was sent but for signs of life."""
        return sum(n for kind, n in self.counted["messages"].items() if kind != "ping")

    @property
    def wire_bytes(self) -> int:
        return sum(n for kind, n in self.counted["wire_bytes"].items() if kind != "ping")


def measure_window(server: MeasuredServer, crowd: RemoteCrowd, seconds: float) -> Window:
    """Let everything go on for `seconds` and tell what it came to.

    The metrics are asked for outside of the window, as answering costs the server time.
    """
    before, asked_at = server.metrics(), time.monotonic()
    crowd.ask("restart_counting")
    began, used, generated = time.monotonic(), server.processor_seconds, crowd.processor_seconds
    time.sleep(max(0.0, asked_at + seconds - began))
    elapsed = time.monotonic() - began
    used = server.processor_seconds - used
    generated = crowd.processor_seconds - generated
    metric_seconds, after = time.monotonic() - asked_at, server.metrics()
    counted = crowd.ask("counted")
    return Window(elapsed, 1000 * used, generated / elapsed, before, after, metric_seconds, counted)
