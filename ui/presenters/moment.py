"""Times in the person's own zone and language. Any stored time is shown, however odd."""

from datetime import UTC, datetime, tzinfo

from ui.presenters.locale import Locale


def clock_time(moment: datetime, locale: Locale) -> str:
    """`12:03:10`"""
    return local_time(moment, locale.zone).strftime("%H:%M:%S")


def hour_and_minute(moment: datetime, locale: Locale) -> str:
    """`12:03`"""
    return local_time(moment, locale.zone).strftime("%H:%M")


def date_time(moment: datetime | None, locale: Locale) -> str:
    """`24 Nov 2026, 12:03:10`, or a dash when unknown."""
    if moment is None:
        return "–"
    return f"{_whole_date(local_time(moment, locale.zone), locale)}, {clock_time(moment, locale)}"


def short_date_time(moment: datetime | None, now: datetime, locale: Locale) -> str:
    """`24 Nov 12:03:10` within this year, `24 Nov 2025, 12:03` otherwise."""
    if moment is None:
        return "–"
    local = local_time(moment, locale.zone)
    if local.year != local_time(now, locale.zone).year:
        return f"{_whole_date(local, locale)}, {hour_and_minute(moment, locale)}"
    return f"{_day_and_month(local, locale)} {clock_time(moment, locale)}"


def time_of_day(moment: datetime, now: datetime, locale: Locale) -> str:
    """`12:03:10` today, with its date on any other day."""
    is_today = local_time(moment, locale.zone).date() == local_time(now, locale.zone).date()
    return clock_time(moment, locale) if is_today else short_date_time(moment, now, locale)


def time_after(moment: datetime | None, before: datetime | None, locale: Locale) -> str:
    """In a column of times: `12:03:10` below one of the same day, `24 Nov 2026, 12:03:10` else."""
    if moment is None or before is None:
        return date_time(moment, locale)
    is_same_day = local_time(moment, locale.zone).date() == local_time(before, locale.zone).date()
    return clock_time(moment, locale) if is_same_day else date_time(moment, locale)


def brief_time(moment: datetime | None, now: datetime, locale: Locale) -> str:
    """For a phone: `12:03` today, `24 Nov` within this year, `Nov 2025` otherwise."""
    if moment is None:
        return "–"
    local, today = local_time(moment, locale.zone), local_time(now, locale.zone)
    if local.date() == today.date():
        return hour_and_minute(moment, locale)
    if local.year == today.year:
        return _day_and_month(local, locale)
    return f"{locale.month(local.month)} {local.year}"


def day_range(first: datetime, last: datetime, locale: Locale) -> str:
    """`1 – 31 Oct 2026`, `27 Oct – 25 Nov 2026`, `1 Dec 2025 – 28 Feb 2026`, `24 Nov 2026`."""
    begin, end = local_time(first, locale.zone), local_time(last, locale.zone)
    whole = _whole_date(end, locale)
    if begin.date() == end.date():
        return whole
    if begin.year != end.year:
        return f"{_whole_date(begin, locale)} – {whole}"
    if begin.month != end.month:
        return f"{_day_and_month(begin, locale)} – {whole}"
    return f"{locale.say('{day}', day=begin.day)} – {whole}"


def in_utc(moment: datetime | None) -> str:
    """The same for the hover: `2026-11-24 11:03:10 UTC`."""
    return "" if moment is None else local_time(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def machine_time(moment: datetime | None) -> str:
    """ISO 8601 in UTC, as the browser reads it; empty when unknown."""
    return "" if moment is None else local_time(moment, UTC).isoformat(timespec="seconds")


def seconds_between(begin: datetime | None, end: datetime | None) -> float | None:
    """Elapsed seconds; None when either is unknown or they are out of order."""
    if begin is None or end is None or end < begin:
        return None
    return (end - begin).total_seconds()


def local_time(moment: datetime, zone: tzinfo) -> datetime:
    """The same moment in `zone`; at either end of the calendar, where it may not fit, as it is."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def _whole_date(local: datetime, locale: Locale) -> str:
    month = locale.month(local.month)
    return locale.say("{day} {month} {year}", day=local.day, month=month, year=local.year)


def _day_and_month(local: datetime, locale: Locale) -> str:
    return locale.say("{day} {month}", day=local.day, month=locale.month(local.month))
