"""How runs have ended, hour by hour."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun, RunStatus
from models.columns import utc_hour
from policy.access import Scope
from policy.status import UxStatus, ux_status
from services.overview.window import Window, ended, ended_as


@dataclass(frozen=True, slots=True)
class HourlyCount:
    """`count` runs ended as `status` in the hour that begins at `hour`."""

    hour: datetime
    status: UxStatus
    count: int


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What ended in a window; hours in which nothing did are left out."""

    window: Window
    hours: tuple[HourlyCount, ...] = ()

    def of(self, status: UxStatus) -> int:
        return sum(hour.count for hour in self.hours if hour.status is status)

    @property
    def total(self) -> int:
        return sum(hour.count for hour in self.hours)


def find_outcomes(session: Session, scope: Scope, window: Window) -> Outcomes:
    """The runs that `scope` shows, by the hour of their end and by their outcome."""
    hour = utc_hour(col(OperationRun.completed_at))
    rows = session.execute(
        select(hour.label("hour"), ended_as.label("outcome"), func.count().label("runs"))
        .where(ended(scope, window.since))
        .group_by(hour, ended_as)
    )
    return Outcomes(window, _merged((row.hour, row.outcome, row.runs) for row in rows))


def _merged(rows: Iterable[tuple[datetime | None, str | None, int]]) -> tuple[HourlyCount, ...]:
    """By what the outcomes mean; a time of an end that is none belongs to no hour."""
    counts: dict[tuple[datetime, UxStatus], int] = {}
    for hour, outcome, count in rows:
        if hour is not None:
            key = (hour, ux_status(RunStatus.COMPLETED, outcome))
            counts[key] = counts.get(key, 0) + count
    return tuple(HourlyCount(*key, count) for key, count in sorted(counts.items()))
