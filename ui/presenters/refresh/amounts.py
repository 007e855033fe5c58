"""Amounts as this page writes them: rates, ratios, sizes and very short times."""

from ui.presenters.locale import Locale
from ui.presenters.pack_terms import size
from ui.presenters.quantity import number, span

NOTHING = "–"


def rate(per_second: float, locale: Locale) -> str:
    """`0`, `0.3`, `12`: no more digits than anybody would compare."""
    if 0 < per_second < 0.05:
        return locale.say("under {amount}", amount=locale.decimal(0.1))
    digits = 1 if 0 < per_second < 9.95 else 0
    return locale.decimal(per_second, 1) if digits else number(round(per_second), locale)


def ratio(value: float | None, locale: Locale) -> str:
    """`4.2`, or a dash where there is nothing to be divided."""
    return NOTHING if value is None else rate(value, locale)


def amount(value: float, locale: Locale) -> str:
    """`1,234`, or a dash for none."""
    return number(round(value), locale) if value else NOTHING


def volume(value: float | None, locale: Locale) -> str:
    """`1.2 kB`, or a dash where nothing is known."""
    return NOTHING if value is None else size(round(value), locale)


def brief_span(seconds: float, locale: Locale) -> str:
    """`0.4 ms`, `12 ms`, `1.2 s`."""
    if seconds >= 0.9995:
        return span(seconds, locale)
    milliseconds = seconds * 1000
    digits = 1 if milliseconds < 9.95 else 0
    return locale.say("{count} ms", count=locale.decimal(milliseconds, digits))
