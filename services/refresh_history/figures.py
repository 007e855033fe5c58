"""The metrics that a history is made of, read by name: one that is not there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from prometheus_client import CollectorRegistry

# A name and its labels; the labels as pairs in the order of the alphabet.
Series = tuple[str, tuple[tuple[str, str], ...]]

COUNTERS = (
    "stillwatch_poll_ticks_total",
    "stillwatch_poll_skipped_total",
    "stillwatch_terminal_polls_total",
    "stillwatch_ui_updates_total",
    "stillwatch_refresh_bytes_total",
    "stillwatch_snapshot_reads_total",
    "stillwatch_snapshot_shared_total",
    "stillwatch_gc_pause_seconds_sum",
    "stillwatch_loop_pause_seconds_bucket",
)
GAUGES = (
    "stillwatch_pages",
    "stillwatch_loop_lag_seconds",
    "stillwatch_memory_bytes",
    "stillwatch_tasks",
    "stillwatch_clients",
    "stillwatch_gone_clients",
)


@dataclass(frozen=True, slots=True)
class Figures:
    """All of them at one moment; `clock` is monotonic, in seconds."""

    at: datetime
    clock: float
    counters: Mapping[Series, float]
    gauges: Mapping[Series, float]


def read_figures(registry: CollectorRegistry, at: datetime, clock: float) -> Figures:
    """What the registry holds now."""
    return Figures(at, clock, _read(registry, COUNTERS), _read(registry, GAUGES))


def _read(registry: CollectorRegistry, names: tuple[str, ...]) -> dict[Series, float]:
    return {
        _series(sample.name, tuple(sample.labels.items())): sample.value
        for metric in registry.restricted_registry(names).collect()
        for sample in metric.samples
    }


@lru_cache(maxsize=4_096)
def _series(name: str, labels: tuple[tuple[str, str], ...]) -> Series:
    """The same object each time: an hour of them would be larger than its numbers."""
    return name, tuple(sorted(labels))
