"""All that the overview shows in two reads: the day at each tick, the week now and then."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.columns import utc_now
from policy.access import Scope
from services.overview.activity import Activity, find_activity
from services.overview.failures import Failures, find_failures
from services.overview.outcomes import Outcomes, find_outcomes
from services.overview.run_types import TypeFigures, find_types
from services.overview.window import hours_before, window_of
from services.remembering import Remembering

# Of a day and of a week no more runs than these are counted, and then the page says so.
MOST_OF_DAY, MOST_OF_WEEK = 50_000, 100_000
_DAY, _WEEK = 24, 7 * 24  # hours
# Seven whole days before today, in whatever zone, and across a clock change.
_WHOLE_DAYS = 8 * 24 + 1


@dataclass(frozen=True, slots=True)
class WeekSnapshot:
    """The last seven days, as read at `now`; `outcomes` begin a day earlier, so that the days of
    any zone are whole."""

    now: datetime
    outcomes: Outcomes
    types: tuple[TypeFigures, ...]


@dataclass(frozen=True)
class OverviewSnapshot(Remembering):
    """What is going on and how the last day went, as read at `now`; `week` is older."""

    now: datetime = field(compare=False)
    activity: Activity
    day: Outcomes
    failures: Failures
    week: WeekSnapshot | None = None


def find_overview(session: Session, scope: Scope) -> OverviewSnapshot:
    """Everything but the week, as `scope` shows it."""
    now = _now(session)
    window = window_of(session, scope, hours_before(now, _DAY), MOST_OF_DAY)
    return OverviewSnapshot(
        now,
        find_activity(session, scope, now),
        find_outcomes(session, scope, window),
        find_failures(session, scope, window),
    )


def find_week(session: Session, scope: Scope) -> WeekSnapshot:
    """The week, which costs more and changes less."""
    now = _now(session)
    window = window_of(session, scope, hours_before(now, _WHOLE_DAYS), MOST_OF_WEEK)
    since = max(window.since, hours_before(now, _WEEK))
    outcomes = find_outcomes(session, scope, window)
    return WeekSnapshot(now, outcomes, find_types(session, scope, since))


def _now(session: Session) -> datetime:
    now: datetime = session.execute(select(utc_now())).scalar_one()
    return now
