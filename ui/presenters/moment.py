"""Times in the person's own zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def clock_time(moment: datetime, zone: ZoneInfo) -> str:
    """`12:03:10`"""
    return moment.astimezone(zone).strftime("%H:%M:%S")


def hour_and_minute(moment: datetime, zone: ZoneInfo) -> str:
    """`12:03`"""
    return moment.astimezone(zone).strftime("%H:%M")


def date_time(moment: datetime | None, zone: ZoneInfo) -> str:
    """`24 Nov 2026, 12:03:10`, or a dash when unknown."""
    if moment is None:
        return "–"
    local = moment.astimezone(zone)
    return f"{local.day} {local.strftime('%b %Y, %H:%M:%S')}"


def short_date_time(moment: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """`24 Nov 12:03:10` within this year, and with the year otherwise."""
    if moment is None:
        return "–"
    local = moment.astimezone(zone)
    if local.year != now.astimezone(zone).year:
        return date_time(moment, zone)
    return f"{local.day} {local.strftime('%b %H:%M:%S')}"


def in_utc(moment: datetime | None) -> str:
    """The same for the hover: `2026-11-24 11:03:10 UTC`."""
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def seconds_between(begin: datetime | None, end: datetime | None) -> float | None:
    """Elapsed seconds; None when either is unknown or they are out of order."""
    if begin is None or end is None or end < begin:
        return None
    return (end - begin).total_seconds()
