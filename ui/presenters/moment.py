"""Times in the person's own zone. Any stored time is shown, however odd."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo


def clock_time(moment: datetime, zone: ZoneInfo) -> str:
    """`12:03:10`"""
    return _local(moment, zone).strftime("%H:%M:%S")


def hour_and_minute(moment: datetime, zone: ZoneInfo) -> str:
    """`12:03`"""
    return _local(moment, zone).strftime("%H:%M")


def date_time(moment: datetime | None, zone: ZoneInfo) -> str:
    """`24 Nov 2026, 12:03:10`, or a dash when unknown."""
    if moment is None:
        return "–"
    local = _local(moment, zone)
    return f"{local.day} {local.strftime('%b %Y, %H:%M:%S')}"


def short_date_time(moment: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """`24 Nov 12:03:10` within this year, `24 Nov 2025, 12:03` otherwise."""
    if moment is None:
        return "–"
    local = _local(moment, zone)
    if local.year != _local(now, zone).year:
        return f"{local.day} {local.strftime('%b %Y, %H:%M')}"
    return f"{local.day} {local.strftime('%b %H:%M:%S')}"


def time_of_day(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`12:03:10` today, with its date on any other day."""
    is_today = _local(moment, zone).date() == _local(now, zone).date()
    return clock_time(moment, zone) if is_today else short_date_time(moment, now, zone)


def time_after(moment: datetime | None, before: datetime | None, zone: ZoneInfo) -> str:
    """In a column of times: `12:03:10` below one of the same day, `24 Nov 2026, 12:03:10` else."""
    if moment is None or before is None:
        return date_time(moment, zone)
    is_same_day = _local(moment, zone).date() == _local(before, zone).date()
    return clock_time(moment, zone) if is_same_day else date_time(moment, zone)


def brief_time(moment: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """For a phone: `12:03` today, `24 Nov` within this year, `Nov 2025` otherwise."""
    if moment is None:
        return "–"
    local, today = _local(moment, zone), _local(now, zone)
    if local.date() == today.date():
        return hour_and_minute(moment, zone)
    return f"{local.day} {local.strftime('%b')}" if local.year == today.year else f"{local:%b %Y}"


def day_range(first: datetime, last: datetime, zone: ZoneInfo) -> str:
    """`1 – 31 Oct 2026`, `27 Oct – 25 Nov 2026`, `1 Dec 2025 – 28 Feb 2026`, `24 Nov 2026`."""
    begin, end = _local(first, zone), _local(last, zone)
    whole = f"{end.day} {end:%b} {end.year}"
    if begin.date() == end.date():
        return whole
    if begin.year != end.year:
        return f"{begin.day} {begin:%b} {begin.year} – {whole}"
    if begin.month != end.month:
        return f"{begin.day} {begin:%b} – {whole}"
    return f"{begin.day} – {whole}"


def in_utc(moment: datetime | None) -> str:
    """The same for the hover: `2026-11-24 11:03:10 UTC`."""
    return "" if moment is None else _local(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def machine_time(moment: datetime | None) -> str:
    """ISO 8601 in UTC, as the browser reads it; empty when unknown."""
    return "" if moment is None else _local(moment, UTC).isoformat(timespec="seconds")


def seconds_between(begin: datetime | None, end: datetime | None) -> float | None:
    """Elapsed seconds; None when either is unknown or they are out of order."""
    if begin is None or end is None or end < begin:
        return None
    return (end - begin).total_seconds()


def _local(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # a corrupt row at either end of the calendar
        return moment
