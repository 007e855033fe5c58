"""Failure groups out of whatever is stored as such."""

from collections.abc import Mapping
from typing import Any, TypedDict

from ui.presenters.counts import whole_number
from ui.presenters.locale import Locale
from ui.presenters.words import clipped, readable

# A run may fail in a million ways; nobody reads more than a screenful of them.
_MOST = 50


class FailureGroup(TypedDict):
    """One way in which the work failed; empty texts are not shown."""

    code: str
    message: str
    count: str
    sample: str


class FailuresView(TypedDict):
    """The groups to show, and a note about what is not shown."""

    groups: list[FailureGroup]
    note: str


def failures_view(stored: Any, locale: Locale) -> FailuresView:
    """Readable failure groups; whatever does not look like one is shown as it is."""
    if stored is None or stored == []:
        return {"groups": [], "note": ""}
    if not isinstance(stored, list):
        note = locale.say("The stored failures cannot be read: {text}", text=clipped(stored, 80))
        return {"groups": [], "note": note}
    more = len(stored) - _MOST
    return {
        "groups": [_group(entry, locale) for entry in stored[:_MOST]],
        "note": locale.say("and {count} more", count=locale.number(more)) if more > 0 else "",
    }


def _group(entry: Any, locale: Locale) -> FailureGroup:
    if not isinstance(entry, Mapping):
        return {
            "code": locale.say("unreadable"),
            "message": clipped(entry),
            "count": "",
            "sample": "",
        }
    count, sample = whole_number(entry.get("count")), entry.get("sample")
    return {
        "code": clipped(entry.get("code") or locale.say("unknown"), 80),
        "message": clipped(entry.get("message") or locale.say("No message was stored.")),
        "count": f"× {locale.number(count)}" if count is not None and count > 1 else "",
        "sample": readable(sample, 600) if sample else "",
    }
