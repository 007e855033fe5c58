"""Times as the policy takes them: aware, or refused at the door."""

from datetime import UTC, datetime, timedelta

SKEW_TOLERANCE = timedelta(seconds=60)
_NONE = timedelta(0)


class NaiveTimestampError(ValueError):
    """A timestamp without a time zone says nothing about age, so no decision is made from it."""


def require_aware(**instants: datetime | None) -> None:
    """Raise `NaiveTimestampError` naming the first of `instants` that carries no offset."""
    for name, instant in instants.items():
        if instant is None or instant.tzinfo is UTC:
            continue
        if instant.utcoffset() is None:
            raise NaiveTimestampError(f"{name} must be an aware datetime")


def elapsed(since: datetime, now: datetime) -> timedelta:
    """The real time from `since` to `now`, both aware.

    Python subtracts wall clocks when both share one zone object, and is an hour off across a
    clock change; it converts to UTC otherwise, and overflows at the ends of the calendar.
    """
    if now.tzinfo is UTC and since.tzinfo is UTC:
        return now - since  # as nearly all are, at a tenth of the price
    wall = now.replace(tzinfo=None) - since.replace(tzinfo=None)
    return wall - ((now.utcoffset() or _NONE) - (since.utcoffset() or _NONE))


def age(since: datetime | None, now: datetime) -> timedelta | None:
    """How long ago `since` was; None when unknown.

    Up to 60 s ahead is clock skew and counts as age zero. Further ahead the age is unknown:
    skew must not buy the fastest pace for ever.
    """
    if since is None:
        return None
    passed = elapsed(since, now)
    if passed < -SKEW_TOLERANCE:
        return None
    return max(passed, _NONE)
