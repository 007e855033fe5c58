"""Times as the policy takes them: aware, or refused at the door."""

from datetime import datetime, timedelta

SKEW_TOLERANCE = timedelta(seconds=60)


class NaiveTimestampError(ValueError):
    """A timestamp without a time zone says nothing about age, so no decision is made from it."""


def require_aware(**instants: datetime | None) -> None:
    """Raise `NaiveTimestampError` naming the first of `instants` that carries no offset."""
    for name, instant in instants.items():
        if instant is not None and instant.utcoffset() is None:
            raise NaiveTimestampError(f"{name} must be an aware datetime")


def age(since: datetime | None, now: datetime) -> timedelta | None:
    """How long ago `since` was; None when unknown.

    Up to 60 s ahead is clock skew and counts as age zero. Further ahead the age is unknown:
    skew must not buy the fastest pace for ever.
    """
    if since is None:
        return None
    elapsed = now - since
    if elapsed < -SKEW_TOLERANCE:
        return None
    return max(elapsed, timedelta(0))
