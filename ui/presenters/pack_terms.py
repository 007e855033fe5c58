"""What a pack covers, how large it is, and its checksum, in words; corrupt rows included."""

import string
from datetime import timedelta
from typing import Any, TypedDict

from policy.wording import said
from services.packs.order import PackOptions, PackOptionsError, Section, parse_options
from ui.presenters.counts import whole_number
from ui.presenters.locale import Locale
from ui.presenters.moment import day_range, in_utc
from ui.presenters.words import clipped

SECTIONS = {
    Section.RUNS: said("Runs"),
    Section.FAILURES: said("Failures"),
    Section.ACCESS: said("Access"),
    Section.AUDIT: said("Audit trail"),
    Section.PACKS: said("Earlier packs"),
}
_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
_SHORT = 12


class PeriodView(TypedDict):
    """The days of a period, the last one included; `utc` has its exact ends, the last excluded."""

    text: str
    utc: str


class ChecksumView(TypedDict):
    """A checksum: the beginning for the eye, and all of it."""

    short: str
    full: str


def readable_options(stored: Any) -> PackOptions | None:
    """The options of a pack, None when they make no sense."""
    try:
        return parse_options(stored)
    except (PackOptionsError, OverflowError):
        return None


def period_of(stored: Any, locale: Locale) -> PeriodView | None:
    options = readable_options(stored)
    if options is None:
        return None
    last = options.period_to - timedelta(microseconds=1)
    return {
        "text": day_range(options.period_from, last, locale),
        "utc": f"{in_utc(options.period_from)} – {in_utc(options.period_to)}",
    }


def sections_of(stored: Any, locale: Locale) -> str:
    """`Everything, without failure details`, or nothing when unreadable."""
    options = readable_options(stored)
    if options is None:
        return ""
    names = [locale.told(name) for section, name in SECTIONS.items() if section in options.sections]
    what = locale.say("Everything") if len(names) == len(SECTIONS) else ", ".join(names)
    if Section.FAILURES not in options.sections:
        return what
    if options.include_failure_details:
        return locale.say("{what}, with failure details", what=what)
    return locale.say("{what}, without failure details", what=what)


def size(stored: Any, locale: Locale) -> str:
    """`1.2 MB`, or nothing when unknown."""
    count = whole_number(stored)
    if count is None:
        return ""
    value, unit = float(count), 0
    # 999.95 and more would be rounded to four digits.
    while value >= (999.95 if unit else 1000) and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    if unit == 0:
        return locale.count("{count} byte", "{count} bytes", count)
    return f"{locale.decimal(value)} {_UNITS[unit]}"


def digest(stored: Any) -> ChecksumView | None:
    """The checksum, None when what is stored can be none."""
    text = clipped(stored, 80) if isinstance(stored, str) else ""
    if not text or not set(text) <= set(string.hexdigits):
        return None
    return {"short": f"{text[:_SHORT]}…" if len(text) > _SHORT else text, "full": text}
