"""What the keys do, for the sheet that lists them."""

from collections.abc import Sequence
from typing import TypedDict

from ui.places import Place
from ui.presenters.locale import Locale

# What takes to a place after `g`, by the place's key.
_LETTERS = {
    "overview": "v",
    "operations": "o",
    "tenants": "t",
    "refresh": "r",
    "workspace": "w",
    "tenant-keeping": "c",
    "members": "m",
    "sessions": "s",
    "tokens": "k",
    "notification-keeping": "n",
    "audit": "a",
}


class ShortcutView(TypedDict):
    """Keys that are pressed one after the other, and what they do."""

    keys: list[str]
    text: str


def shortcuts(places: Sequence[Place], locale: Locale) -> list[ShortcutView]:
    """Every shortcut that works for somebody who is offered these places."""
    return [
        {"keys": ["?"], "text": locale.say("Show this list")},
        *(_going(place, locale) for place in places if place.key in _LETTERS),
        {"keys": ["/"], "text": locale.say("Go to the search field of the page")},
        {"keys": ["n"], "text": locale.say("Start an operation")},
        {"keys": ["r"], "text": locale.say("Refresh now")},
        {"keys": ["j"], "text": locale.say("Next row")},
        {"keys": ["k"], "text": locale.say("Previous row")},
        {"keys": ["Esc"], "text": locale.say("Close a dialog or a menu")},
    ]


def letters(places: Sequence[Place]) -> dict[str, str]:
    """Where each letter takes one."""
    return {_LETTERS[place.key]: place.href for place in places if place.key in _LETTERS}


def sheet_words(locale: Locale) -> dict[str, str]:
    return {
        "turn": locale.say("Shortcuts of one key"),
        "hint": locale.say("They rest while you type and while a dialog is open."),
    }


def _going(place: Place, locale: Locale) -> ShortcutView:
    label = locale.told(place.label)
    return {"keys": ["g", _LETTERS[place.key]], "text": locale.say("Go to {place}", place=label)}
