"""Stored text made safe to put in a file: one printable line, and no formula in a spreadsheet."""

import json
import re
from datetime import UTC, datetime
from typing import Any

LONGEST_NAME = 200
LONGEST_DETAIL = 1000

_LARGEST = 2**63
_REPLACEMENT = "\ufffd"
# Invisible, but letters of Persian, of Indic scripts and of emoji fall apart without them.
_JOINERS = "\u200c\u200d"
# A spreadsheet executes what starts like this, also after the separator of other countries,
# after characters that nobody sees, and written in full width.
_FORMULA = re.compile(r"(^|;)([\s\u200b\u200c\u200d\u2060\ufeff]*)(?=[=+\-@＝＋－＠])")


def plain(value: object, limit: int = LONGEST_NAME) -> str:
    """`value` as one printable line of at most `limit` characters; None is the empty text.

    Control characters, line breaks and marks that turn the writing direction become spaces, half
    a surrogate pair becomes the replacement character.
    """
    if value is None:
        return ""
    # Cut first: a stored text may be megabytes.
    text = (value if isinstance(value, str) else str(value))[: limit + 1]
    if not text.isprintable():
        text = "".join(map(_printable, text))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def plain_json(value: object, limit: int = LONGEST_DETAIL) -> str:
    """`value` as compact JSON in one printable line; a text that was no JSON stays as it is."""
    if value is None or value == {} or value == []:
        return ""
    if isinstance(value, str):
        return plain(value, limit)
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    except (TypeError, ValueError, RecursionError):
        text = str(value)
    return plain(text, limit)


def csv_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before what looks like
    one. Expects one printable line; see `plain`."""
    return _FORMULA.sub(r"\1\2'", text)


def csv_instant(instant: datetime | None) -> str:
    """An aware time as ISO 8601 in UTC with microseconds; None is the empty text."""
    if instant is None:
        return ""
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return f"{instant.isoformat(timespec='microseconds')[:-6]}Z"


def whole_number(value: Any) -> int | None:
    """`value` if it is a whole number, which in stored JSON nothing guarantees."""
    if value.__class__ is not int:  # a bool is none
        return None
    return value if -_LARGEST < value < _LARGEST else None


def _printable(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    return _REPLACEMENT if "\ud800" <= character <= "\udfff" else " "
