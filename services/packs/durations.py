"""Typical durations of millions of runs, in the space of a few hundred counters."""

import math
from typing import Self

_STEPS_TO_E = 20  # neighbouring counters are 5 % apart
_SHORTEST = 0.001


class Durations:
    """Seconds by size class. Percentiles are right to about 3 %, the longest is exact."""

    def __init__(self) -> None:
        self._classes: dict[int, int] = {}
        self.longest = 0.0

    def add(self, seconds: float) -> None:
        step = round(math.log(seconds) * _STEPS_TO_E) if seconds > _SHORTEST else _LOWEST
        self._classes[step] = self._classes.get(step, 0) + 1
        if seconds > self.longest:
            self.longest = seconds

    def merge(self, other: Self) -> None:
        """Take in everything that `other` holds."""
        for step, count in other._classes.items():
            self._classes[step] = self._classes.get(step, 0) + count
        self.longest = max(self.longest, other.longest)

    def percentile(self, share: float) -> float | None:
        """The seconds within which `share` (0…1) of the runs ended; None without any."""
        wanted = sum(self._classes.values()) * share
        seen = 0
        for step in sorted(self._classes):
            seen += self._classes[step]
            if seen >= wanted:
                return min(math.exp(step / _STEPS_TO_E), self.longest)
        return None


_LOWEST = round(math.log(_SHORTEST) * _STEPS_TO_E)
