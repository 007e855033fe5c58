"""What the page about refreshing gets, from a few counts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.refresh_history.figures import Series
from services.refresh_history.history import RefreshSnapshot
from services.refresh_history.point import Point
from services.refresh_history.span import Span
from tests.unit.presenters.factories import NOW

BEGUN = NOW - timedelta(minutes=30)


def counted(name: str, **labels: str) -> Series:
    return f"stillwatch_{name}", tuple(sorted(labels.items()))


def a_span(
    counts: Mapping[Series, float] | None = None,
    levels: Mapping[Series, float] | None = None,
    seconds: float = 10.0,
) -> Span:
    return Span(NOW - timedelta(seconds=seconds), seconds, counts or {}, levels or {})


def a_snapshot(**facts: Any) -> RefreshSnapshot:
    """Of a process that began half an hour before `NOW` and has seen nothing since."""
    idle = RefreshSnapshot(NOW, 180, BEGUN, a_span(), a_span(seconds=1800.0), terminal_polls={})
    return replace(idle, **facts)


def a_point(minutes_ago: int = 1, **facts: Any) -> Point:
    values: dict[str, Any] = {
        "at": NOW - timedelta(minutes=minutes_ago),
        **dict.fromkeys(("live", "paused", "at_rest"), 0),
        **dict.fromkeys(("answers", "statements", "ticks", "skipped", "sent"), 0.0),
        **dict.fromkeys(("pause", "collecting", "memory")),
        **facts,
    }
    return Point(**values)
