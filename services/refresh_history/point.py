"""What a minute comes down to where it is one point of a chart."""

from dataclasses import dataclass
from datetime import datetime

from policy.decision import Reason
from services.refresh_history.span import Span, answers, longest_pause

PAUSED = frozenset({Reason.HIDDEN, Reason.DIALOG, Reason.DISCONNECTED})


@dataclass(frozen=True, slots=True)
class Point:
    """Pages at the end of the minute, and what happened in it per second.

    `pause` is the loop's longest in seconds, `collecting` the share of time that collecting
    garbage took; both are None where nobody measures them, and so is `memory`, in bytes.
    """

    at: datetime
    live: int
    paused: int
    at_rest: int
    answers: float
    statements: float
    ticks: float
    skipped: float
    sent: float
    pause: float | None
    collecting: float | None
    memory: float | None


def point_of(span: Span) -> Point:
    """The point of a minute that is over."""
    pages = span.level_by("stillwatch_pages", "reason")
    live = pages.pop(Reason.LIVE, 0.0)
    paused = sum(number for reason, number in pages.items() if reason in PAUSED)
    per_second = 1 / span.seconds if span.seconds > 0 else 0.0
    return Point(
        at=span.since,
        live=int(live),
        paused=int(paused),
        at_rest=int(sum(pages.values()) - paused),
        answers=answers(span) * per_second,
        statements=span.rate("stillwatch_snapshot_reads_total"),
        ticks=span.rate("stillwatch_poll_ticks_total"),
        skipped=span.rate("stillwatch_poll_skipped_total"),
        sent=span.rate("stillwatch_refresh_bytes_total"),
        pause=longest_pause(span),
        collecting=span.rate("stillwatch_gc_pause_seconds_sum") or None,
        memory=span.level("stillwatch_memory_bytes") or None,
    )
