"""A stretch of time and what happened in it: how two moments differ, and what follows of that."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.refresh_history.figures import Figures, Series


@dataclass(frozen=True, slots=True)
class Span:
    """How far each counter moved in `seconds` since `since`, and how the gauges stood at the end.

    What stood still, and a gauge at zero, is left out.
    """

    since: datetime
    seconds: float
    counts: Mapping[Series, float]
    levels: Mapping[Series, float]

    def total(self, name: str, **labels: str) -> float:
        """How far the counter `name` moved, over all of it that has these labels."""
        return _sum(self.counts, name, labels)

    def rate(self, name: str, **labels: str) -> float:
        """The same per second."""
        return self.total(name, **labels) / self.seconds if self.seconds > 0 else 0.0

    def level(self, name: str, **labels: str) -> float:
        """How the gauge `name` stood, over all of it that has these labels."""
        return _sum(self.levels, name, labels)

    def totals(self, name: str, label: str) -> dict[str, float]:
        """How far it moved, by the values of one label."""
        return _by(self.counts, name, label)

    def level_by(self, name: str, label: str) -> dict[str, float]:
        return _by(self.levels, name, label)


def between(older: Figures, newer: Figures) -> Span:
    """What happened from one moment to the next."""
    counts = {
        series: value - older.counters.get(series, 0.0)
        for series, value in newer.counters.items()
        if value != older.counters.get(series, 0.0)
    }
    levels = {series: value for series, value in newer.gauges.items() if value}
    return Span(older.at, newer.clock - older.clock, counts, levels)


def joined(first: Span, *others: Span) -> Span:
    """Spans that follow each other as one."""
    counts = Counter(first.counts)
    for other in others:
        counts.update(other.counts)
    seconds = sum(span.seconds for span in (first, *others))
    return Span(first.since, seconds, counts, (first, *others)[-1].levels)


def answers(span: Span, **labels: str) -> float:
    """How many reads were asked for, by a statement of their own or not."""
    shared = span.total("stillwatch_snapshot_shared_total", **labels)
    return shared + span.total("stillwatch_snapshot_reads_total", **labels)


def sharing_ratio(span: Span, **labels: str) -> float | None:
    """How many answers a statement gave; None while there was no statement."""
    reads = span.total("stillwatch_snapshot_reads_total", **labels)
    return answers(span, **labels) / reads if reads else None


def bytes_per_tick(span: Span, **labels: str) -> float | None:
    """How many bytes a tick sent, those that changed nothing counted in; None without any."""
    ticks = span.total("stillwatch_poll_ticks_total", **labels)
    return span.total("stillwatch_refresh_bytes_total", **labels) / ticks if ticks else None


def longest_pause(span: Span) -> float | None:
    """An upper bound in seconds of the loop's longest pause; None when nothing was measured."""
    buckets = span.totals("stillwatch_loop_pause_seconds_bucket", "le")
    if not buckets:
        return None
    everything = max(buckets.values())
    bound = min(float(le) for le, count in buckets.items() if count == everything)
    finite = [float(le) for le in buckets if le != "+Inf"]
    return bound if bound != float("inf") else max(finite, default=0.0)


def _sum(values: Mapping[Series, float], name: str, labels: Mapping[str, str]) -> float:
    wanted = labels.items()
    return sum(
        value
        for (own_name, own_labels), value in values.items()
        if own_name == name and wanted <= set(own_labels)
    )


def _by(values: Mapping[Series, float], name: str, label: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for (own_name, own_labels), value in values.items():
        if own_name == name:
            key = dict(own_labels).get(label, "")
            found[key] = found.get(key, 0.0) + value
    return found
