"""Progress out of whatever is stored as counts; it never shows nonsense."""

from collections.abc import Mapping
from typing import Any, TypedDict

_NAMES = ("processed", "succeeded", "failed", "skipped")


class CountsView(TypedDict):
    """`fraction` is in 0..1, or None when nothing sensible can be said."""

    fraction: float | None
    label: str
    items: list[dict[str, str]]


def counts_view(stored: Any) -> CountsView:
    """How far a run has come, as far as its stored counts make sense."""
    if stored is None or stored == {}:
        return {"fraction": None, "label": "No counts yet", "items": []}
    if not isinstance(stored, Mapping):
        return {"fraction": None, "label": "The stored counts cannot be read", "items": []}
    counts = {name: _count(stored.get(name)) for name in ("total", *_NAMES)}
    total, processed = counts["total"], counts["processed"]
    items = [
        {"name": name, "value": f"{value:,}"}
        for name in _NAMES
        if (value := counts[name]) is not None and name != "processed"
    ]
    if processed is None:
        return {"fraction": None, "label": "The stored counts cannot be read", "items": items}
    if total is None or total == 0 or processed > total:
        return {"fraction": None, "label": f"{processed:,} processed", "items": items}
    return {
        "fraction": processed / total,
        "label": f"{processed:,} of {total:,} processed",
        "items": items,
    }


def progress_text(stored: Any) -> str:
    """Progress in a cell: `42 %`, a bare number, or a dash."""
    view = counts_view(stored)
    if view["fraction"] is None:
        return "–" if not view["items"] else view["label"]
    return f"{int(view['fraction'] * 100)} %"


def _count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15
    return value if is_count else None
