"""A page as it was fetched: its id, and who listens for what."""

import html
import json
import re
from dataclasses import dataclass
from typing import Any

_ELEMENTS = re.compile(r"parseElements\(String\.raw`(.*?)`\)", re.DOTALL)
_CLIENT_ID = re.compile(r"['\"]?client_id['\"]?: ['\"]([0-9a-f-]{36})")
_NEXT_MESSAGE = re.compile(r"['\"]?next_message_id['\"]?: (\d+)")
_LAYOUT = 0  # the element that a page's own events are sent from


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """`listeners` are listener ids by element and event; `marks` are elements by `data-testid`."""

    client_id: str
    next_message_id: int
    listeners: dict[tuple[int, str], str]
    marks: dict[str, int]

    def event(self, element: int, kind: str, *arguments: Any) -> str:
        """The packet that the browser sends for something done to an element."""
        message = {
            "id": element,
            "client_id": self.client_id,
            "listener_id": self.listeners[element, kind],
            "args": [json.dumps(argument) for argument in arguments],
        }
        return "42" + json.dumps(["event", message])

    def visibility(self, state: str) -> str | None:
        """The packet that reports `visible` or `hidden`; None where nobody listens for it."""
        if (_LAYOUT, "visibility") not in self.listeners:
            return None
        return self.event(_LAYOUT, "visibility", state)

    def hear(self, packet: str) -> None:
        """Take in the elements that an update has brought, as dialogs come by one."""
        for number, element in json.loads(packet[packet.index("[") :])[1].items():
            if number.isdigit() and isinstance(element, dict):
                _note(int(number), element, self.listeners, self.marks)


def read_page(text: str) -> FetchedPage:
    """The page in an answer. Raises `ValueError` when it is none."""
    raw, client_id = _ELEMENTS.search(text), _CLIENT_ID.search(text)
    if raw is None or client_id is None:
        raise ValueError(f"not a page: {text[:200]!r}")
    listeners: dict[tuple[int, str], str] = {}
    marks: dict[str, int] = {}
    for number, element in json.loads(html.unescape(raw[1])).items():
        _note(int(number), element, listeners, marks)
    first = _NEXT_MESSAGE.search(text)
    return FetchedPage(client_id[1], int(first[1]) if first else 0, listeners, marks)


def _note(
    number: int,
    element: dict[str, Any],
    listeners: dict[tuple[int, str], str],
    marks: dict[str, int],
) -> None:
    for event in element.get("events", ()):
        listeners[number, event["type"]] = event["listener_id"]
    mark = element.get("props", {}).get("data-testid")
    if mark:
        marks[mark] = number
