"""An hour of figures, minute by minute, with the newest ten seconds beside it."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.refresh_history.figures import Figures
from services.refresh_history.point import Point, point_of
from services.refresh_history.span import Span, between, joined
from services.remembering import Remembering
from services.slow_statements.keeping import SlowStatement, SlowStatements

MINUTES = 60
_TERMINAL_POLLS = "stillwatch_terminal_polls_total"


@dataclass(frozen=True)
class RefreshSnapshot(Remembering):
    """What is known at `now`; `latest` and `hour` are None until something was measured.

    `points` are of the minutes that are over. `terminal_polls` counts by surface since `begun_at`,
    when this process began; `number` rises with each measurement.
    """

    now: datetime
    number: int = 0
    begun_at: datetime | None = None
    latest: Span | None = None
    hour: Span | None = None
    points: tuple[Point, ...] = ()
    terminal_polls: Mapping[str, int] | None = None
    polled_terminal_at: datetime | None = None
    slowest: tuple[SlowStatement, ...] = ()


class History:
    """Measures when it is told to, and remembers an hour of it."""

    def __init__(self, read: Callable[[], Figures], statements: SlowStatements) -> None:
        self._read = read
        self._statements = statements
        self._minutes: deque[tuple[Span, Point]] = deque(maxlen=MINUTES)
        self._minute: Span | None = None
        self._latest: Span | None = None
        self._polled_terminal_at: datetime | None = None
        self._told: RefreshSnapshot | None = None
        self._number = 0
        self._newest = read()
        self._begun_at = self._newest.at

    def begin_anew(self) -> None:
        """Forget what was, the slow statements of the start included."""
        self._statements.begin_anew()
        self._minutes.clear()
        self._minute = self._latest = self._polled_terminal_at = self._told = None
        self._number = 0
        self._newest = self._read()
        self._begun_at = self._newest.at

    def measure(self) -> None:
        """Add what happened since the last time."""
        newest = self._read()
        self._statements.forget_old()
        self._latest = between(self._newest, newest)
        self._newest = newest
        self._number += 1
        self._add(self._latest)
        if self._latest.total(_TERMINAL_POLLS):
            self._polled_terminal_at = newest.at
        self._told = None

    @property
    def measured_when(self) -> float:
        """The monotonic clock at the last measurement."""
        return self._newest.clock

    def snapshot(self) -> RefreshSnapshot:
        """What is remembered; the same object for all who ask between two measurements."""
        if self._told is None:
            self._told = self._tell()
        return self._told

    def _add(self, span: Span) -> None:
        if self._minute is None:
            self._minute = span
        elif whole_minute(self._minute.since) == whole_minute(span.since):
            self._minute = joined(self._minute, span)
        else:
            self._minutes.append((self._minute, point_of(self._minute)))
            self._minute = span

    def _tell(self) -> RefreshSnapshot:
        now = self._newest.at
        # A machine that slept for a while has minutes that are older than they are many.
        oldest = now - timedelta(minutes=MINUTES + 1)
        minutes = [minute for minute in self._minutes if minute[0].since >= oldest]
        spans = [span for span, _ in minutes]
        if self._minute is not None:
            spans.append(self._minute)
        return RefreshSnapshot(
            now=now,
            number=self._number,
            begun_at=self._begun_at,
            latest=self._latest,
            hour=joined(*spans) if spans else None,
            points=tuple(point for _, point in minutes),
            terminal_polls=self._terminal_polls(),
            polled_terminal_at=self._polled_terminal_at,
            slowest=self._statements.slowest(),
        )

    def _terminal_polls(self) -> dict[str, int]:
        return {
            dict(labels)["surface"]: int(value)
            for (name, labels), value in self._newest.counters.items()
            if name == _TERMINAL_POLLS and value
        }


def whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
