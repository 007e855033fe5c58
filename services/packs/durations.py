"""Typical durations of millions of runs, in the space of a few hundred counters."""

import math
from collections import Counter

_STEPS_TO_E = 20  # neighbouring counters are 5 % apart
_SHORTEST = 0.001


class Durations:
    """Seconds by size class. Percentiles are right to about 3 %, the longest is exact."""

    def __init__(self) -> None:
        self._classes: Counter[int] = Counter()
        self.longest = 0.0

    def add(self, seconds: float) -> None:
        self._classes[round(math.log(max(seconds, _SHORTEST)) * _STEPS_TO_E)] += 1
        self.longest = max(self.longest, seconds)

    def percentile(self, share: float) -> float | None:
        """The seconds within which `share` (0…1) of the runs ended; None without any."""
        wanted = self._classes.total() * share
        seen = 0
        for step in sorted(self._classes):
            seen += self._classes[step]
            if seen >= wanted:
                return min(math.exp(step / _STEPS_TO_E), self.longest)
        return None
