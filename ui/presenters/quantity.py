"""Numbers, shares and durations as the reader's language writes them."""

from babel.numbers import format_decimal, format_percent

from ui.presenters.locale import Locale

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def number(value: int, locale: Locale) -> str:
    """`12,345`"""
    return format_decimal(value, locale=locale.language)


def at_most(value: int, most: int, locale: Locale) -> str:
    """`12,345`, or `10,000+` where counting has stopped."""
    text = number(min(value, most), locale)
    return f"{text}+" if value >= most else text


def share(part: int, whole: int, locale: Locale) -> str:
    """`7 %`: rounded down, so that not quite all is not all; `under 1 %` rather than none."""
    if 0 < part * 100 < whole:
        return locale.say("under {share}", share=share(1, 100, locale))
    percent = part * 100 // whole if whole else 0
    return format_percent(percent / 100, "#,##0 %", locale=locale.language)


def span(seconds: float, locale: Locale) -> str:
    """A length of time in its two largest units: `0.4 s`, `40 s`, `2 min 30 s`, `1 h 20 min`.

    Nothing takes less than `0.1 s`.
    """
    seconds = max(float(seconds), 0.1)
    if seconds < 59.5:
        digits = 1 if seconds < 9.95 and not seconds.is_integer() else 0
        shown = format_decimal(round(seconds, digits), locale=locale.language)
        return locale.say("{count} s", count=shown)
    left, parts = round(seconds), []
    for size, name in _UNITS:
        count, left = divmod(left, size)
        parts.append(_in_units(name, count, locale) if count else "")
    first = next(place for place, part in enumerate(parts) if part)
    return " ".join(filter(None, parts[first : first + 2]))


def _in_units(name: str, count: int, locale: Locale) -> str:
    shown = number(count, locale)
    match name:
        case "d":
            return locale.say("{count} d", count=shown)
        case "h":
            return locale.say("{count} h", count=shown)
        case "min":
            return locale.say("{count} min", count=shown)
    return locale.say("{count} s", count=shown)
