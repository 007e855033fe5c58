"""Each deed by the messages that a browser would send, offered by the page or forged."""

import asyncio
import json
from typing import Any

from tests.browser.server import Server
from tests.doors.aims import Aim
from tests.doors.people import Person
from tests.doors.raw_socket import RawSocket
from tests.doors.visitor import OpenPage, live, open_page

_SECONDS = 15.0


def event_of(page: OpenPage, goal: Aim) -> dict[str, Any] | None:
    """What a click would send; None where nobody listens for one."""
    if goal.mark:
        marked = page.find(goal.mark)
        return None if marked is None else page.message(marked)
    kind, *arguments = goal.event
    found = [number for number, one in page.elements.items() if _listens(one, kind)]
    return page.message(found[0], kind, *arguments) if found else None


def _listens(element: dict[str, Any], kind: str) -> bool:
    return any(one["type"] == kind for one in element.get("events", []))


async def ask(socket: RawSocket, page: OpenPage, goal: Aim) -> bool:
    """Send the first click, offered or not; whether the page answers with its question."""
    event = event_of(page, goal)
    if event is None:
        return False
    await socket.say("event", event)
    # Answered in turn, after what the click has led to; no browser shakes hands twice.
    query = {"client_id": page.client_id, "tab_id": page.tab_id, "document_id": "1"}
    await socket.say("handshake", query, number=1)
    await socket.until(lambda: 1 in socket.answers)
    await socket.until(
        lambda: "confirm-dialog" in json.dumps(socket.heard), _patience(page, event, goal)
    )
    page.take(socket.heard)
    return page.find("confirm") is not None


def _patience(page: OpenPage, event: dict[str, Any], goal: Aim) -> float:
    """How long to wait for a question that may never come; what is offered surely asks one."""
    view = page.elements[event["id"]].get("props", {}).get("view")
    is_withheld = isinstance(view, dict) and any(view.get(kind) is False for kind in goal.event[:1])
    return 0.5 if is_withheld else 10.0  # many cases are tried side by side


async def confirm(socket: RawSocket, page: OpenPage, goal: Aim) -> None:
    """Fill in what is asked for, send the second click, wait for what the page says to it."""
    for mark, value in goal.fields:
        field = page.find(mark)
        assert field is not None, f"there is no field {mark}"
        kinds = [one["type"] for one in page.elements[field]["events"]]
        kind = next(one for one in kinds if one.startswith("update:"))
        await socket.say("event", page.message(field, kind, value))
    element = page.find("confirm")
    assert element is not None
    before = len(socket.heard)
    await socket.say("event", page.message(element))

    def is_answered() -> bool:
        news = socket.heard[before:]
        is_told = any(name in ("notify", "open") for name, _ in news)
        return is_told or '"model-value": false' in json.dumps(news) or _is_over(news)

    await socket.until(is_answered, _SECONDS)
    await asyncio.sleep(0)


def _is_over(news: list[tuple[str, Any]]) -> bool:
    return "signed out" in json.dumps(news)


def is_done(server: Server, goal: Aim, socket: RawSocket) -> bool:
    """Whether the deed was done; a start or retry leads to the run that does it."""
    if goal.sql:
        return server.count(goal.sql, *goal.values) > 0
    is_led = any(name == "open" and "/operations/" in str(m) for name, m in socket.heard)
    # The one run of an instance may be another's: that is told only to who may start it.
    return is_led or "busy with this" in json.dumps(socket.heard)


async def attempt(server: Server, person: Person, goal: Aim, between: Any = None) -> str:
    """Try all of it: `hidden`, `refused`, or `done`. `between` comes before the second click."""
    page = await open_page(person.client, goal.path)
    if page.status != 200:
        return "hidden"
    async with live(server, page) as socket:
        assert socket.is_in
        if not await ask(socket, page, goal):
            return "done" if is_done(server, goal, socket) else "refused"
        if between is not None:
            between()
        await confirm(socket, page, goal)
        if not goal.sql:  # what leads to a run is said before the page goes there
            await socket.until(lambda: is_done(server, goal, socket), 1.5)
        return "done" if is_done(server, goal, socket) else "refused"
