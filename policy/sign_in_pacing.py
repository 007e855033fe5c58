"""How long whoever failed to sign in must wait, by how often and from where."""

from datetime import timedelta

FREE_FAILURES = 5
LONGEST_WAIT = timedelta(minutes=15)
# A day after the last of them, failures are forgotten.
REMEMBERED = timedelta(days=1)
# Who has signed in from an address is known there for so long.
KNOWN_FOR = timedelta(days=30)
# By one address, for all accounts together, within an hour: far more than an office mistypes.
ADDRESS_FAILURES = 1000
ADDRESS_WINDOW = timedelta(hours=1)

_FIRST_WAIT = timedelta(seconds=15)


def wait_after(failures: int) -> timedelta:
    """How long one account rests at one address after so many failures in a row there."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    # Bounded before it is raised: a count may be any number, as other programs write it too.
    doublings = min(failures - FREE_FAILURES, 10)
    return min(_FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
