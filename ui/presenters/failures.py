"""Failure groups out of whatever is stored as such."""

from collections.abc import Mapping
from typing import Any, TypedDict

from ui.presenters.words import clipped

_MOST = 50


class FailuresView(TypedDict):
    """The groups to show, and a note about what is not shown."""

    groups: list[dict[str, str]]
    note: str


def failures_view(stored: Any) -> FailuresView:
    """Readable failure groups; whatever does not look like one is shown as it is."""
    if stored is None or stored == []:
        return {"groups": [], "note": ""}
    if not isinstance(stored, list):
        return {"groups": [], "note": f"The stored failures cannot be read: {clipped(stored, 80)}"}
    more = len(stored) - _MOST
    return {
        "groups": [_group(entry) for entry in stored[:_MOST]],
        "note": f"and {more} more" if more > 0 else "",
    }


def _group(entry: Any) -> dict[str, str]:
    if not isinstance(entry, Mapping):
        return {"code": "unreadable", "message": clipped(entry), "count": "", "sample": ""}
    count, sample = entry.get("count"), entry.get("sample")
    return {
        "code": clipped(entry.get("code") or "unknown", 80),
        "message": clipped(entry.get("message") or ""),
        "count": f"× {count:,}" if isinstance(count, int) and count > 1 else "",
        "sample": clipped(sample) if sample else "",
    }
