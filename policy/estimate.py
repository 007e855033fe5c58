"""What a run's past says of its future: where it lies among the earlier ones, and no guess."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policy.instant import age, require_aware

FEWEST_RUNS = 8  # what fewer have taken says nothing of the next
_HALF, _MOST = 0.5, 0.95


@dataclass(frozen=True, slots=True)
class TypicalDuration:
    """Within how many seconds half of the past runs ended, and 95 % of them."""

    half: float
    most: float


class Pace(StrEnum):
    """Where a run lies among those of its past."""

    NOT_BEGUN = "not_begun"
    USUAL = "usual"
    SLOWER_THAN_HALF = "slower_than_half"
    SLOWER_THAN_MOST = "slower_than_most"


@dataclass(frozen=True, slots=True)
class Estimate:
    """`seconds_left` until half of the past runs had ended, rounded up as it may be told; None
    once that is over."""

    pace: Pace
    typical: TypicalDuration
    seconds_left: int | None = None


def typical_duration(seconds: Sequence[float]) -> TypicalDuration | None:
    """What is typical of past durations; None when they are too few to tell."""
    if len(seconds) < FEWEST_RUNS:
        return None
    ordered = sorted(seconds)
    return TypicalDuration(_percentile(ordered, _HALF), _percentile(ordered, _MOST))


def estimate(
    typical: TypicalDuration | None, begun_at: datetime | None, now: datetime
) -> Estimate | None:
    """The estimate for a run at work since `begun_at`, which is None while it waits.

    None without a history, and when its begin lies ahead of any honest clock. Boundaries belong
    to the slower side.
    """
    require_aware(begun_at=begun_at, now=now)
    if typical is None:
        return None
    if begun_at is None:
        return Estimate(Pace.NOT_BEGUN, typical)
    passed = age(begun_at, now)
    if passed is None:
        return None
    seconds = passed.total_seconds()
    if seconds >= typical.most:
        return Estimate(Pace.SLOWER_THAN_MOST, typical)
    if seconds >= typical.half:
        return Estimate(Pace.SLOWER_THAN_HALF, typical)
    return Estimate(Pace.USUAL, typical, _told(typical.half - seconds))


def _percentile(ordered: Sequence[float], share: float) -> float:
    """By the nearest rank: a duration that was really seen."""
    return ordered[math.ceil(len(ordered) * share) - 1]


def _told(seconds: float) -> int:
    """Rounded up to a step that its size can bear, so that the words do not change each second."""
    step = next(step for limit, step in _STEPS if seconds <= limit)
    return math.ceil(seconds / step) * step


# (up to so many seconds, steps of so many)
_STEPS = ((60, 10), (600, 60), (3600, 300), (86_400, 3600), (math.inf, 86_400))
