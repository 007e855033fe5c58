"""When a repeating timer is due, and how long a failing one backs off.

All timers tick on one beat, so that what comes due in the same second is read together.
"""

import math

BEAT = 1.0  # seconds
BACK_OFF_CAP = 60.0
_JITTER = 0.2


def first_due(now: float, interval: float) -> int:
    """The beat at which a timer armed at beat `now` fires first: the nearest to `interval` later.

    For what is no whole number of beats, as a failing read's delay, the first that is not sooner.
    """
    due = now + interval / BEAT
    return math.floor(due + 0.5) if interval % BEAT == 0 else math.ceil(due)


def is_due(age: float, interval: float) -> bool:
    """Whether an answer of `age` seconds is too old for who asks every `interval` seconds.

    Half a beat early counts as due: no turn is skipped because the last read began late.
    """
    return age >= interval - min(interval, BEAT) / 2


def next_due(due: float, completed: float, interval: float) -> float:
    """The next multiple of `interval` after `due` that leaves half an interval after `completed`.

    All in seconds of one monotonic clock. Late ticks do not bunch, and the grid never drifts.
    """
    steps = math.ceil((completed + interval / 2 - due) / interval)
    return due + max(1, steps) * interval


def back_off(interval: float, failures: int, draw: float) -> float:
    """Seconds to wait after the n-th failure in a row (`failures` ≥ 1).

    Doubles from the policy's `interval`, capped at 60 s, with ±20 % jitter from `draw` in [0, 1],
    and never shorter than `interval`.
    """
    doubled = min(interval * 2.0 ** min(failures, 16), BACK_OFF_CAP)
    return max(interval, doubled * (1 + _JITTER * (2 * draw - 1)))
