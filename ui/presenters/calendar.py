"""Hours and days as a calendar of the reader names them."""

from datetime import datetime

from babel.dates import format_datetime

from ui.presenters.locale import Locale


def hour(moment: datetime, locale: Locale) -> str:
    """`13:00`"""
    return _format(moment, "HH:mm", locale)


def day(moment: datetime, locale: Locale) -> str:
    """`Tue 24`"""
    return _format(moment, "EEE d", locale)


def day_and_hour(moment: datetime, locale: Locale) -> str:
    """`Tue 13:00`"""
    return _format(moment, "EEE HH:mm", locale)


def _format(moment: datetime, pattern: str, locale: Locale) -> str:
    return format_datetime(moment, pattern, tzinfo=locale.zone, locale=locale.language)
