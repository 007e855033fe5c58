"""When a repeating timer is due again, and how long a failing one backs off."""

import math

BACK_OFF_CAP = 60.0
_JITTER = 0.2


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
