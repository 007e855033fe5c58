"""Progress out of whatever is stored as counts; it never shows nonsense."""

from collections.abc import Mapping
from typing import Any, TypedDict

from policy.wording import said
from ui.presenters.locale import Locale

_PARTS = {"succeeded": said("succeeded"), "failed": said("failed"), "skipped": said("skipped")}
_LARGEST = 10**15


class CountItem(TypedDict):
    """One number beside the bar: its name, its value and both as text."""

    name: str
    value: str
    text: str


class CountsView(TypedDict):
    """`fraction` is in 0..1, `percent` its whole part; both None when nothing sensible is known.

    `short` is for a cell of a table; `note` says what is wrong with the stored counts, or nothing.
    """

    fraction: float | None
    percent: int | None
    label: str
    short: str
    items: list[CountItem]
    note: str


def counts_view(stored: Any, locale: Locale) -> CountsView:
    """How far a run has come, as far as its stored counts make sense."""
    if stored is None or stored == {}:
        return _without_fraction(locale.say("No counts yet"), "–")
    if not isinstance(stored, Mapping):
        return _unreadable([], locale)
    counts = {name: whole_number(stored.get(name)) for name in ("total", "processed", *_PARTS)}
    total, processed = counts["total"], counts["processed"]
    items = [_item(name, value, locale) for name in _PARTS if (value := counts[name]) is not None]
    if processed is None:
        return _unreadable(items, locale)
    note = _note(stored, counts, locale)
    if not total or processed > total:
        label = locale.say("{count} processed", count=locale.number(processed))
        return _without_fraction(label, label, items, note)
    # Whole numbers throughout: 29 of 100 is 29 %, which 0.29 * 100 is not.
    percent = processed * 100 // total
    return {
        "fraction": processed / total,
        "percent": percent,
        "label": locale.say(
            "{count} of {total} processed",
            count=locale.number(processed),
            total=locale.number(total),
        ),
        "short": f"{percent} %",
        "items": items,
        "note": note,
    }


def whole_number(value: Any) -> int | None:
    """`value` when it is a believable count, else None."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST
    return value if is_count else None


def _item(name: str, value: int, locale: Locale) -> CountItem:
    number = locale.number(value)
    return {"name": name, "value": number, "text": f"{number} {locale.told(_PARTS[name])}"}


def _note(stored: Mapping[Any, Any], counts: Mapping[str, int | None], locale: Locale) -> str:
    total, processed = counts["total"], counts["processed"] or 0
    if any(stored.get(name) is not None and value is None for name, value in counts.items()):
        return locale.say("Some of the stored counts cannot be read.")
    if total and processed > total:
        return locale.say(
            "More was processed than the {total} there were to process.",
            total=locale.number(total),
        )
    if sum(counts[name] or 0 for name in _PARTS) > processed:
        return locale.say("The stored counts contradict each other.")
    return ""


def _unreadable(items: list[CountItem], locale: Locale) -> CountsView:
    label, short = locale.say("The stored counts cannot be read"), locale.say("unreadable")
    return _without_fraction(label, short, items)


def _without_fraction(
    label: str, short: str, items: list[CountItem] | None = None, note: str = ""
) -> CountsView:
    return {
        "fraction": None,
        "percent": None,
        "label": label,
        "short": short,
        "items": items or [],
        "note": note,
    }
