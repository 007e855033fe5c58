"""Which statements are kept: the ten whose longest execution in the last hour was the longest."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from services.slow_statements.last_hour import LastHour

_MOST = 10
_LONGEST_TEXT = 2_000
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_LIST = re.compile(r"__\[POSTCOMPILE_\w+\]")


@dataclass(frozen=True, slots=True)
class SlowStatement:
    """`count` executions since the text is kept, most of them (95 %) of at most `most` seconds."""

    text: str
    count: int
    most: float
    longest: float
    longest_at: datetime | None


class SlowStatements:
    """Told of every execution, by any thread; `now` gives aware times."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._kept: dict[str, LastHour] = {}
        self._bar = 0.0  # what a statement that is not kept has to pass, in seconds

    def observe(self, text: str, seconds: float) -> None:
        """Count an execution; of what is neither slow nor kept this is a mere comparison."""
        if seconds <= self._bar and text not in self._kept:
            return
        with self._lock:
            kept = self._kept.setdefault(text, LastHour())
            is_longest = seconds > kept.longest
            kept.add(seconds, self._now())
            if is_longest:
                self._set_bar()

    def slowest(self) -> tuple[SlowStatement, ...]:
        """Those of the last hour, the slowest first."""
        with self._lock:
            self._forget()
            kept = sorted(self._kept.items(), key=lambda one: one[1].longest)
            # Two that differ by a literal read alike: the slower one stands for both.
            told = {one.text: one for one in (_told(text, hour) for text, hour in kept)}
            return tuple(sorted(told.values(), key=lambda one: -one.longest))

    def forget_old(self) -> None:
        """Make room for what is slow now: called now and then, whether anybody looks or not."""
        with self._lock:
            self._forget()

    def begin_anew(self) -> None:
        with self._lock:
            self._kept.clear()
            self._bar = 0.0

    def _forget(self) -> None:
        now = self._now()
        for text, hour in list(self._kept.items()):
            hour.forget(now)
            if hour.is_empty:
                del self._kept[text]
        self._set_bar()

    def _set_bar(self) -> None:
        if len(self._kept) > _MOST:
            del self._kept[min(self._kept, key=lambda text: self._kept[text].longest)]
        is_full = len(self._kept) == _MOST
        self._bar = min(hour.longest for hour in self._kept.values()) if is_full else 0.0


def _told(text: str, hour: LastHour) -> SlowStatement:
    return SlowStatement(
        printable(text), hour.count, hour.most(0.95), hour.longest, hour.longest_at
    )


def printable(text: str) -> str:
    """The statement in one line, and in place of any value that stands in it a sign."""
    without_values = _LIST.sub("…", _LITERAL.sub("'…'", text))
    return " ".join(without_values.split())[:_LONGEST_TEXT]


def _now() -> datetime:
    return datetime.now(UTC)


statements = SlowStatements(_now)  # of this process, as its metrics are
