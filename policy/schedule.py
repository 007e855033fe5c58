"""When the occurrences of a schedule are: a cron expression read in a time zone.

Clock changes follow Debian's cron. A fixed time that the clock leaps over comes right after the
leap, and one that the clock shows twice comes at the first; an expression whose minute or hour
begins with `*` goes by the time that really passes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from policy.instant import require_aware

# Missed occurrences are counted up to here: a schedule may have slept for years.
MOST_COUNTED = 1000

_LONGEST_CRON = 200
# Names that mean something else on each machine, or count leap seconds.
_NO_ZONES = ("localtime", "posix", "right")
# Occurrences are whole minutes, so that two are never this close.
_CLOSE = timedelta(seconds=1)


class ScheduleError(Exception):
    """A schedule cannot be as it was asked for; the message says why."""


@dataclass(frozen=True, slots=True)
class Due:
    """The occurrence to start now, how many before it were missed, and the one to come.

    `missed` counts to `MOST_COUNTED`, which then means "at least".
    """

    occurrence: datetime
    missed: int
    next_at: datetime


def next_occurrence(cron: str, zone: str, after: datetime) -> datetime:
    """The first occurrence later than `after`, in UTC.

    Raises `ScheduleError` when the expression or the zone is none, or no time ever matches.
    """
    return next(_occurrences(cron, zone, after))


def latest_due(cron: str, zone: str, next_at: datetime, now: datetime) -> Due:
    """What to start at `now` of a schedule whose occurrence `next_at` has come.

    The latest occurrence that has come, once; those before it were missed. Takes about as long
    for years as for a day. Raises `ScheduleError` like `next_occurrence`.
    """
    latest, missed = next_at, 0
    for following in _occurrences(cron, zone, next_at):
        if following > now:
            return Due(latest, missed, following)
        if missed == MOST_COUNTED:
            break
        latest, missed = following, missed + 1
    return Due(_latest(cron, zone, latest, now), missed, next_occurrence(cron, zone, now))


def _latest(cron: str, zone: str, known: datetime, now: datetime) -> datetime:
    """The latest occurrence up to `now`, by bisection between it and one that is `known`."""
    until = now
    while until - known > _CLOSE:
        middle = known + (until - known) / 2
        found = next_occurrence(cron, zone, middle)
        if found > now:
            until = middle
        else:
            known = found
    return known


def _occurrences(cron: str, zone: str, after: datetime) -> Iterator[datetime]:
    """Every occurrence later than `after`, each later than the one before."""
    require_aware(after=after)
    place, expression = _zone(zone), _five_fields(cron)
    latest = after.astimezone(UTC)
    try:
        for time in CronSim(expression, latest.astimezone(place)):
            found = time.astimezone(UTC)
            # After the clock was set back it finds the same wall clock times once more.
            if found > latest:
                yield found
                latest = found
    except CronSimError as error:
        problem = str(error).lower()
        raise ScheduleError(f"{expression!r} is no cron expression: {problem}.") from error
    except OverflowError:
        pass  # the end of the calendar
    raise ScheduleError(f"The cron expression {expression!r} never comes true.")


def _five_fields(cron: str) -> str:
    fields = cron.split()
    if len(fields) != 5 or len(cron) > _LONGEST_CRON:
        raise ScheduleError(
            "A cron expression has five fields, "
            "minute hour day-of-month month day-of-week, as in '0 3 * * *'."
        )
    return " ".join(fields)


def _zone(name: str) -> ZoneInfo:
    try:
        if name.partition("/")[0] in _NO_ZONES:
            raise ValueError
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ScheduleError(
            f"There is no time zone {name!r}; use a name like UTC or Europe/Berlin."
        ) from error
