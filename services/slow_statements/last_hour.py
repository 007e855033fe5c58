"""How long one statement took in the last hour, in memory that does not grow with its use."""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_HOUR = timedelta(hours=1)
_SPELL = timedelta(minutes=5)
# Upper bounds in seconds; what takes longer than the last one is in a place of its own.
_BOUNDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(slots=True)
class _Spell:
    begun_at: datetime
    longest: float = 0.0
    longest_at: datetime | None = None
    counts: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS) + 1))


class LastHour:
    """Durations in seconds, by spells of five minutes; `forget` drops those that are too old."""

    def __init__(self) -> None:
        self._spells: deque[_Spell] = deque()
        self.longest = 0.0

    @property
    def is_empty(self) -> bool:
        return not self._spells

    @property
    def count(self) -> int:
        return sum(sum(spell.counts) for spell in self._spells)

    @property
    def longest_at(self) -> datetime | None:
        return max(self._spells, key=lambda spell: spell.longest).longest_at

    def add(self, seconds: float, at: datetime) -> None:
        if not self._spells or at - self._spells[-1].begun_at >= _SPELL:
            self._spells.append(_Spell(at))
            self.forget(at)
        spell = self._spells[-1]
        spell.counts[bisect_left(_BOUNDS, seconds)] += 1
        if seconds > spell.longest:
            spell.longest, spell.longest_at = seconds, at
            self.longest = max(self.longest, seconds)

    def forget(self, now: datetime) -> None:
        while self._spells and now - self._spells[0].begun_at >= _HOUR:
            self._spells.popleft()
        self.longest = max((spell.longest for spell in self._spells), default=0.0)

    def most(self, share: float) -> float:
        """What `share` of the executions took at most, as the bound of the place it falls into."""
        wanted, seen = share * self.count, 0
        for place, bound in enumerate(_BOUNDS):
            seen += sum(spell.counts[place] for spell in self._spells)
            if seen >= wanted:
                return min(bound, self.longest)
        return self.longest
