"""How long a run that failed waits before it is tried again."""

from dataclasses import dataclass
from datetime import timedelta

_JITTER = 0.2


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Up to `attempts` in all; the wait doubles from `first_delay` to at most `longest_delay`."""

    attempts: int = 1
    first_delay: timedelta = timedelta(seconds=10)
    longest_delay: timedelta = timedelta(minutes=10)


ONCE = RetryPolicy()


def retry_delay(policy: RetryPolicy, attempt: int, draw: float) -> timedelta | None:
    """The wait after the failure of `attempt` (from 1); None when there is no further one.

    ±20 % jitter from `draw` in [0, 1], so that what failed together does not come back together.
    """
    if attempt >= policy.attempts:
        return None
    doubled = policy.first_delay * 2.0 ** min(max(attempt, 1) - 1, 30)
    return min(doubled, policy.longest_delay) * (1 + _JITTER * (2 * draw - 1))
