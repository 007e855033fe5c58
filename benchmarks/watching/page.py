"""A page as it was fetched: its id, and who listens for what."""

import html
import json
import re
from dataclasses import dataclass, field
from typing import Any

from benchmarks.watching.packets import newest_version

_ELEMENTS = re.compile(r"parseElements\(String\.raw`(.*?)`\)", re.DOTALL)
_CLIENT_ID = re.compile(r"['\"]?client_id['\"]?: ['\"]([0-9a-f-]{36})")
_NEXT_MESSAGE = re.compile(r"['\"]?next_message_id['\"]?: (\d+)")
_LAYOUT = 0  # the element that a page's own events are sent from


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """What is known of a page: `version` is of what it shows, `listeners` are listener ids by
    element and event, `marks` are elements by `data-testid`, `stages` are scenes by surface.
    """

    client_id: str
    next_message_id: int
    version: int = 0
    listeners: dict[tuple[int, str], str] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    stages: dict[str, int] = field(default_factory=dict)

    def event(self, element: int, kind: str, *arguments: Any) -> str:
        """The packet that the browser sends for something done to an element."""
        message = {
            "id": element,
            "client_id": self.client_id,
            "listener_id": self.listeners[element, kind],
            "args": [json.dumps(argument) for argument in arguments],
        }
        return "42" + json.dumps(["event", message])

    def press(self, mark: str) -> str | None:
        """The packet for a press on the button with this `data-testid`; None where there is none.

        A button of our own component is not among the elements: it emits an event, which is named
        after what it does, as `cancel` of `run-cancel`.
        """
        number, deed = self.marks.get(mark), mark.rpartition("-")[2]
        if number is not None and (number, "click") in self.listeners:
            return self.event(number, "click", {})
        found = [number for number, kind in self.listeners if kind == deed]
        return self.event(found[-1], deed) if found else None

    def visibility(self, state: str) -> str | None:
        """The packet that reports `visible` or `hidden`; None where nobody listens for it."""
        return self._report("visibility", state)

    def standing(self) -> str | None:
        """The packet that reports at which scene each surface stands; None where none is asked."""
        return self._report("standing", self.stages) if self.stages else None

    def take(self, surface: str, before: int | None, after: int) -> bool:
        """Go with a surface from one scene to another; False when one between was missed."""
        at = self.stages.get(surface)
        if at is None or after <= at:
            return True
        if before is not None and before != at:
            return False
        self.stages[surface] = after
        return True

    def hear(self, packet: str) -> None:
        """Take in the elements that an update has brought, as dialogs come by one."""
        for number, element in json.loads(packet[packet.index("[") :])[1].items():
            if number.isdigit() and isinstance(element, dict):
                self.note(int(number), element)

    def note(self, number: int, element: dict[str, Any]) -> None:
        """Know an element as the page describes it."""
        for event in element.get("events", ()):
            self.listeners[number, event["type"]] = event["listener_id"]
        props = element.get("props", {})
        if "data-testid" in props:
            self.marks[props["data-testid"]] = number
        if isinstance(props.get("stage"), dict):
            self.stages[props["surface"]] = props["stage"]["at"]

    def _report(self, name: str, value: Any) -> str | None:
        is_heard = (_LAYOUT, name) in self.listeners
        return self.event(_LAYOUT, name, value) if is_heard else None


def read_page(text: str) -> FetchedPage:
    """The page in an answer. Raises `ValueError` when it is none."""
    raw, client_id = _ELEMENTS.search(text), _CLIENT_ID.search(text)
    if raw is None or client_id is None:
        raise ValueError(f"not a page: {text[:200]!r}")
    elements = html.unescape(raw[1])
    first = _NEXT_MESSAGE.search(text)
    page = FetchedPage(client_id[1], int(first[1]) if first else 0, newest_version(elements) or 0)
    for number, element in json.loads(elements).items():
        page.note(int(number), element)
    return page
