"""What many runs come to: counted as they pass by, in memory that does not grow with them."""

from collections import Counter, deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from policy.status import UxStatus, ux_status
from services.packs.durations import Durations
from services.packs.failure_groups import FailureGroups
from services.packs.period import Bucket
from services.packs.plain_text import plain
from services.packs.run_evidence import RunRow, duration

SYSTEM = "System"
OTHERS = "(all others)"
MOST_RUNS_SHOWN = 200
_MOST_KEYS = 200

_JUDGED = (UxStatus.SUCCEEDED, UxStatus.PARTIAL, UxStatus.FAILED)
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many runs there are in each state."""

    by_status: Mapping[UxStatus, int]

    @property
    def total(self) -> int:
        return sum(self.by_status.values())

    @property
    def judged(self) -> int:
        """The runs that ended by themselves: cancelled and unfinished ones prove nothing."""
        return sum(self.of(status) for status in _JUDGED)

    @property
    def success_rate(self) -> float | None:
        """The share (0…1) of fully succeeded runs among the judged; None without any."""
        return self.of(UxStatus.SUCCEEDED) / self.judged if self.judged else None

    def of(self, status: UxStatus) -> int:
        return self.by_status.get(status, 0)


@dataclass(frozen=True, slots=True)
class Figures:
    """The states and the durations of the runs that have something in common."""

    states: Counter[UxStatus] = field(default_factory=Counter)
    durations: Durations = field(default_factory=Durations)

    @property
    def tally(self) -> Tally:
        return Tally(self.states)


class RunStatistics:
    """Counters by day, type and initiator, the failures in groups, and the latest runs."""

    def __init__(self, *, include_failure_details: bool) -> None:
        self._days: dict[date, Counter[UxStatus]] = {}
        self._types: dict[str, Figures] = {}
        self._initiators: dict[tuple[str, str], Figures] = {}
        self.all = Figures()
        self.failures = FailureGroups(include_details=include_failure_details)
        self.latest: deque[RunRow] = deque(maxlen=MOST_RUNS_SHOWN)

    def add(self, run: RunRow) -> None:
        status = ux_status(run.status, run.outcome)
        type_ = plain(run.type)
        initiator = (plain(run.initiator) or SYSTEM, plain(run.initiator_email))
        of_type = _figures(self._types, type_, OTHERS)
        for figures in (self.all, of_type, _figures(self._initiators, initiator, (OTHERS, ""))):
            figures.states[status] += 1
        if run.created_at is not None:  # the reading has seen to that
            self._days.setdefault(run.created_at.date(), Counter())[status] += 1
        seconds = duration(run)
        if seconds is not None:
            self.all.durations.add(seconds)
            of_type.durations.add(seconds)
        self.failures.add(run, type_, status)
        self.latest.append(run)

    def in_bucket(self, bucket: Bucket) -> Tally:
        days = (count for day, count in self._days.items() if bucket.first <= day < bucket.end)
        return Tally(sum(days, Counter()))

    def by_type(self) -> list[tuple[str, Figures]]:
        """The types, the most frequent first."""
        return _by_size(self._types)

    def by_initiator(self) -> list[tuple[tuple[str, str], Figures]]:
        """Name and address of who started runs, the busiest first."""
        return _by_size(self._initiators)


def _figures(known: dict[K, Figures], key: K, others: K) -> Figures:
    figures = known.get(key)
    if figures is None:
        figures = known.setdefault(key if len(known) < _MOST_KEYS else others, Figures())
    return figures


def _by_size(known: dict[K, Figures]) -> list[tuple[K, Figures]]:
    items: Iterable[tuple[K, Figures]] = known.items()
    return sorted(items, key=lambda item: (-item[1].tally.total, str(item[0])))
