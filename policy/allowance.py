"""How much one party may ask for: a bucket that fills at a steady rate, up to one burst."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(slots=True)
class Allowance:
    """`per_second` for ever, or `burst` at once. Times are seconds of one monotonic clock."""

    per_second: float
    burst: float
    _left: float
    _at: float

    @classmethod
    def full(cls, per_second: float, burst: float, now: float) -> "Allowance":
        """One that nobody has used yet."""
        return cls(per_second, burst, burst, now)

    def left(self, now: float) -> float:
        """What could be spent now; below zero while a debt is being paid."""
        self._left = min(self.burst, self._left + max(0.0, now - self._at) * self.per_second)
        self._at = now
        return self._left

    def spend(self, now: float, cost: float = 1.0) -> float:
        """Spend, also into debt; the seconds until that is paid."""
        self._left = self.left(now) - cost
        return max(0.0, -self._left / self.per_second)

    def wait_for(self, now: float, cost: float = 1.0) -> float:
        """Seconds until `cost` could be spent without a debt; nothing is spent."""
        return max(0.0, (min(cost, self.burst) - self.left(now)) / self.per_second)


class Allowances:
    """The same for each of many parties, of whom only the latest are remembered.

    Who is forgotten has a whole burst again: a crowd that pushes others out does them no harm.
    """

    def __init__(self, per_second: float, burst: float, most: int = 4096) -> None:
        self._per_second = per_second
        self._burst = burst
        self._most = most
        self._of: OrderedDict[Hashable, Allowance] = OrderedDict()

    def of(self, party: Hashable, now: float) -> Allowance:
        """The allowance of one party."""
        found = self._of.get(party)
        if found is None:
            found = self._of[party] = Allowance.full(self._per_second, self._burst, now)
            if len(self._of) > self._most:
                self._of.popitem(last=False)
        self._of.move_to_end(party)
        return found

    def __len__(self) -> int:
        return len(self._of)
