"""The filters of the audit trail in words, and the addresses that they lead to."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from services.audit_query import NAMES, SYSTEM
from services.members import MemberRecord
from ui.presenters.audit_words import OBJECTS, deed, object_word
from ui.presenters.locale import Locale
from ui.presenters.words import clipped

_LONGEST_SHOWN = 320


def filter_view(
    given: Mapping[str, str],
    actions: Sequence[str],
    members: Sequence[MemberRecord],
    locale: Locale,
    *,
    is_right: bool,
) -> dict[str, Any]:
    """The form with what is filled in; the export only of what can be shown."""
    asked = {name: value for name, value in given.items() if name in NAMES and value}
    terms = {name: value for name, value in asked.items() if name != "older"}
    export = {"label": locale.say("Export"), "href": export_address(terms, locale)}
    return {
        "fields": _fields(asked, actions, members, locale),
        "apply": locale.say("Apply"),
        "clear": locale.say("Clear") if asked else "",
        "export": export if is_right else None,
    }


def older_address(given: Mapping[str, str], older_than: int) -> str:
    """The page behind this one."""
    terms = {name: value for name, value in given.items() if name in NAMES and value}
    return f"/admin/audit?{urlencode({**terms, 'older': older_than})}"


def export_address(terms: Mapping[str, str], locale: Locale) -> str:
    """The file of what is shown; its days are those of the reader."""
    return f"/admin/audit/export.csv?{urlencode({'zone': locale.zone.key, **terms})}"


def _fields(
    asked: Mapping[str, str],
    actions: Sequence[str],
    members: Sequence[MemberRecord],
    locale: Locale,
) -> list[dict[str, Any]]:
    people = {member.email: clipped(member.name, 80) for member in members}
    known = [(SYSTEM, locale.say("what no person did")), *people.items()]
    return [
        {**_text(asked, "actor", locale.say("Who (e-mail)")), "known": known},
        _choice(
            asked, "action", locale.say("Deed"), {name: deed(name, locale) for name in actions}
        ),
        _choice(
            asked,
            "object",
            locale.say("To what"),
            {name: object_word(name, locale) for name in OBJECTS},
        ),
        {**_text(asked, "id", locale.say("Number")), "type": "number"},
        {**_text(asked, "from", locale.say("First day")), "type": "date"},
        {**_text(asked, "to", locale.say("Last day")), "type": "date"},
    ]


def _text(asked: Mapping[str, str], name: str, label: str) -> dict[str, Any]:
    value = clipped(asked.get(name, ""), _LONGEST_SHOWN)
    return {"name": name, "label": label, "type": "text", "value": value}


def _choice(
    asked: Mapping[str, str], name: str, label: str, words: Mapping[str, str]
) -> dict[str, Any]:
    value = clipped(asked.get(name, ""), _LONGEST_SHOWN)
    # What an address asks for stays chosen, also when nothing of it is known.
    options = {"": "–", **words, **({value: words.get(value, value)} if value else {})}
    return {**_text(asked, name, label), "options": list(options.items())}
