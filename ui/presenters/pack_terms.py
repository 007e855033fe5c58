"""What a pack covers, how large it is, and its checksum, in words; corrupt rows included."""

import string
from datetime import timedelta
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from services.packs.order import PackOptions, PackOptionsError, Section, parse_options
from ui.presenters.counts import whole_number
from ui.presenters.moment import day_range, in_utc
from ui.presenters.words import clipped

SECTIONS = {
    Section.RUNS: "Runs",
    Section.FAILURES: "Failures",
    Section.ACCESS: "Access",
    Section.AUDIT: "Audit trail",
    Section.PACKS: "Earlier packs",
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


def period_of(stored: Any, zone: ZoneInfo) -> PeriodView | None:
    options = readable_options(stored)
    if options is None:
        return None
    last = options.period_to - timedelta(microseconds=1)
    return {
        "text": day_range(options.period_from, last, zone),
        "utc": f"{in_utc(options.period_from)} – {in_utc(options.period_to)}",
    }


def sections_of(stored: Any) -> str:
    """`Everything, without failure details`, or nothing when unreadable."""
    options = readable_options(stored)
    if options is None:
        return ""
    names = [name for section, name in SECTIONS.items() if section in options.sections]
    what = "Everything" if len(names) == len(SECTIONS) else ", ".join(names)
    if Section.FAILURES not in options.sections:
        return what
    return f"{what}, {'with' if options.include_failure_details else 'without'} failure details"


def size(stored: Any) -> str:
    """`1.2 MB`, or nothing when unknown."""
    count = whole_number(stored)
    if count is None:
        return ""
    value, unit = float(count), 0
    # 999.95 and more would be rounded to four digits.
    while value >= (999.95 if unit else 1000) and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{count} {_UNITS[0]}" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


def digest(stored: Any) -> ChecksumView | None:
    """The checksum, None when what is stored can be none."""
    text = clipped(stored, 80) if isinstance(stored, str) else ""
    if not text or not set(text) <= set(string.hexdigits):
        return None
    return {"short": f"{text[:_SHORT]}…" if len(text) > _SHORT else text, "full": text}
