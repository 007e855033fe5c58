"""A period cut into days, weeks or months, so that a chart stays readable whatever its length."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

_MOST_BUCKETS = 62


class Width(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Bucket:
    """The UTC days from `first` up to but without `end`."""

    first: date
    end: date


def width_of(period_from: datetime, period_to: datetime) -> Width:
    """The narrowest width that cuts the period into few enough buckets."""
    days = (period_to - period_from).days
    if days <= _MOST_BUCKETS:
        return Width.DAY
    return Width.WEEK if days <= _MOST_BUCKETS * 7 else Width.MONTH


def buckets(period_from: datetime, period_to: datetime) -> Iterator[Bucket]:
    """All buckets that the period touches, the empty ones included."""
    width = width_of(period_from, period_to)
    last = (period_to.astimezone(UTC) - timedelta(microseconds=1)).date()
    first = _start(period_from.astimezone(UTC).date(), width)
    while first <= last:
        end = _next(first, width)
        yield Bucket(first, end)
        first = end


def _start(day: date, width: Width) -> date:
    if width is Width.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if width is Width.WEEK else day


def _next(first: date, width: Width) -> date:
    if width is Width.MONTH:
        return (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=7 if width is Width.WEEK else 1)
