"""How long a run that failed waits before it is tried again."""

from datetime import timedelta

from stillwatch.operations import Retry

_JITTER = 0.2


def retry_delay(retry: Retry, attempt: int, draw: float) -> timedelta | None:
    """The wait after the failure of `attempt` (from 1); None when there is no further one.

    ±20 % jitter from `draw` in [0, 1], so that what failed together does not come back together.
    """
    if attempt >= retry.attempts:
        return None
    doubled = retry.first_delay * 2.0 ** min(max(attempt, 1) - 1, 30)
    return min(doubled, retry.longest_delay) * (1 + _JITTER * (2 * draw - 1))
