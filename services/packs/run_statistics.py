"""What many runs come to: counted as they pass by, in memory that does not grow with them."""

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
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

# Counted by place in a list: a dictionary of enum members calls Python code for each hash.
_STATES = tuple(UxStatus)
_PLACES = {status: place for place, status in enumerate(_STATES)}
_JUDGED = (UxStatus.SUCCEEDED, UxStatus.PARTIAL, UxStatus.FAILED)
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many runs there are in each state."""

    counts: list[int] = field(default_factory=lambda: [0] * len(_STATES))

    def of(self, status: UxStatus) -> int:
        return self.counts[_PLACES[status]]

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def judged(self) -> int:
        """The runs that ended by themselves: cancelled and unfinished ones prove nothing."""
        return sum(self.of(status) for status in _JUDGED)

    @property
    def success_rate(self) -> float | None:
        """The share (0…1) of fully succeeded runs among the judged; None without any."""
        return self.of(UxStatus.SUCCEEDED) / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Figures:
    """The states and the durations of the runs that have something in common."""

    tally: Tally = field(default_factory=Tally)
    durations: Durations = field(default_factory=Durations)


class RunStatistics:
    """Counters by day, type and initiator, the failures in groups, and the latest runs."""

    def __init__(self, *, include_failure_details: bool) -> None:
        self._days: dict[date, Tally] = {}
        self._types: dict[str, Figures] = {}
        self._initiators: dict[tuple[str, str], Tally] = {}
        self.failures = FailureGroups(include_details=include_failure_details)
        self.latest: deque[RunRow] = deque(maxlen=MOST_RUNS_SHOWN)

    def add(self, run: RunRow) -> None:
        place = _place(run.status, run.outcome)
        type_ = plain(run.type)
        initiator = (plain(run.initiator) or SYSTEM, plain(run.initiator_email))
        of_type = self._types.get(type_) or _new(self._types, type_, OTHERS, Figures)
        of_type.tally.counts[place] += 1
        by_initiator = self._initiators.get(initiator) or _new(
            self._initiators, initiator, (OTHERS, ""), Tally
        )
        by_initiator.counts[place] += 1
        if run.created_at is not None:  # the reading has seen to that
            day = run.created_at.date()
            on_day = self._days.get(day) or self._days.setdefault(day, Tally())
            on_day.counts[place] += 1
        seconds = duration(run)
        if seconds is not None:
            of_type.durations.add(seconds)
        self.failures.add(run, type_, _STATES[place])
        self.latest.append(run)

    @property
    def count(self) -> int:
        return sum(figures.tally.total for figures in self._types.values())

    @property
    def all(self) -> Figures:
        whole = Figures(_sum(figures.tally for figures in self._types.values()))
        for figures in self._types.values():
            whole.durations.merge(figures.durations)
        return whole

    def in_bucket(self, bucket: Bucket) -> Tally:
        return _sum(tally for day, tally in self._days.items() if bucket.first <= day < bucket.end)

    def by_type(self) -> list[tuple[str, Figures]]:
        """The types, the most frequent first."""
        return sorted(self._types.items(), key=lambda item: (-item[1].tally.total, item[0]))

    def by_initiator(self) -> list[tuple[tuple[str, str], Tally]]:
        """Name and address of who started runs, the busiest first."""
        return sorted(self._initiators.items(), key=lambda item: (-item[1].total, item[0]))


def _new(known: dict[K, V], key: K, others: K, make: type[V]) -> V:
    """A counter of its own for `key`, or past 200 of them the one that the others share."""
    if len(known) >= _MOST_KEYS:
        key = others
    return known.setdefault(key, make())


def _sum(tallies: Iterable[Tally]) -> Tally:
    return Tally(
        [sum(counts) for counts in zip(*(t.counts for t in (Tally(), *tallies)), strict=True)]
    )


@lru_cache(maxsize=256)
def _place(status: str | None, outcome: str | None) -> int:
    return _PLACES[ux_status(status, outcome)]
