"""Every listener of every page hears what no page could say: nothing breaks, nothing is done."""

import asyncio
import json
from typing import Any

from tests.browser.server import Server
from tests.doors.listening import Opening, name_of, open_behind, opened_pages, openings
from tests.doors.raw_socket import RawSocket
from tests.doors.visitor import OpenPage, live, open_page

# As they stand in a message, where each is JSON once more. A megabyte is all that a socket takes.
VALUES = (
    "null",
    "true",
    "{}",
    "[]",
    "-1",
    "1" + "0" * 400,
    "1" + "0" * 5_000,
    "NaN",
    "1e999",
    json.dumps("x" * 900_000),
    json.dumps("\0\x07\x1b[2J\u202e\ud800\r\n"),
    json.dumps("</script><script>alert(1)</script><img src=x onerror=alert(1)>"),
    json.dumps([[[[]], {}], [{"value": [{}]}]]),
    "[" * 400 + "]" * 400,
    "[" * 100_000,
    *(json.dumps({"value": value}) for value in (None, -1, 10**6, 1.5, "1", True, [], {})),
    *(
        json.dumps(row)
        for row in ([-1, "revoke"], [[], {}], [10**400, ""], ["1", 1], [True, "end"])
    ),
    "{",
    "",
)
# Not as an argument but as all of them, or in place of what names the element and the listener.
MESSAGES: tuple[dict[str, Any], ...] = (
    *({"args": value} for value in (None, 1, "text", {}, [1], [{}], [[]], ["{}"] * 1_000)),
    *({"id": value} for value in (None, "1", -1, 10**30, [], {}, True, 1.5)),
    *({"listener_id": value} for value in (None, 1, "", "x" * 1_000, [], {})),
)
# A click is a click, whatever comes with it: what answers the question does the deed.
_DOES_THE_DEED = ("confirm click", "keydown")
_KEPT = (
    *("audit_entry", "membership", "user_session", "operation_run", "review_pack", "saved_view"),
    "failure_acknowledgement",
)
_STILL_COMING_SECONDS = 0.1


def test_no_listener_stumbles_over_what_no_page_could_say(server: Server) -> None:
    asyncio.run(_tell_all(server))


async def _tell_all(server: Server) -> None:
    told: set[str] = set()
    async with opened_pages(server, "owner") as (person, paths):
        begin, before = len(server.log.read_text()), _deeds(server)
        for path in paths:
            page = await open_page(person.client, path)
            if not page.elements:
                continue  # leads elsewhere
            async with live(server, page) as socket:
                await _tell_page(socket, page, told)
                assert await _lives(socket, page), f"{path} lives no more"
    log = server.log.read_text()[begin:]
    assert "Traceback" not in log, log[log.index("Traceback") - 500 :][:4_000]
    assert '"level": "error"' not in log
    assert _deeds(server) == before
    assert {"member-role update:modelValue", "record_table act", "dialog hide"} <= told


async def _tell_page(socket: RawSocket, page: OpenPage, told: set[str]) -> None:
    """All values to what is there at first, then to what is behind each thing that opens."""
    behind = openings(page)
    await _tell_listeners(socket, page, told, "click")
    for opening in behind:
        if opening.element in page.elements:
            await _tell_behind(socket, page, told, opening)
    await _tell_listeners(socket, page, told)


async def _tell_behind(socket: RawSocket, page: OpenPage, told: set[str], opening: Opening) -> None:
    await open_behind(socket, page, opening)
    await _tell_listeners(socket, page, told, "click", "hide")
    await _tell_listeners(socket, page, told, "hide")
    await _tell_listeners(socket, page, told)
    await _close(socket, page)


async def _tell_listeners(socket: RawSocket, page: OpenPage, told: set[str], *but: str) -> None:
    """What has not been told yet, one listener of each kind; `but` what opens or closes."""
    for number, one in list(page.elements.items()):
        for event in one.get("events", []):
            name = f"{name_of(one)} {event['type']}"
            if name in told or event["type"] in but or name.endswith(_DOES_THE_DEED):
                continue
            told.add(name)
            message = page.message(number, event["type"])
            for value in VALUES:
                await socket.say("event", {**message, "args": [value]})
            for odd in MESSAGES:
                await socket.say("event", {**message, **odd})
            assert await _answers(socket, page), f"after {name} nothing is heard"


async def _close(socket: RawSocket, page: OpenPage) -> None:
    """Close the dialogs that are open, as their browser would."""
    for number, one in list(page.elements.items()):
        kinds = [event["type"] for event in one.get("events", [])]
        if "hide" in kinds:
            await socket.say("event", page.message(number, "update:modelValue", False))
            await socket.say("event", page.message(number, "hide"))
            page.elements.pop(number)
    await _settle(socket, page)


async def _settle(socket: RawSocket, page: OpenPage) -> None:
    """Take in all that is still to come of what was said."""
    await _answers(socket, page)
    await socket.until(lambda: False, _STILL_COMING_SECONDS)
    page.take(socket.heard)
    socket.heard.clear()


async def _answers(socket: RawSocket, page: OpenPage) -> bool:
    """Whether all that was said is over, and the line still open; it shakes no hand twice."""
    query = {"client_id": page.client_id, "tab_id": page.tab_id, "document_id": "1"}
    socket.answers.pop(1, None)
    await socket.say("handshake", query, number=1)
    return await socket.until(lambda: 1 in socket.answers)


async def _lives(socket: RawSocket, page: OpenPage) -> bool:
    """Whether the page still does what it is asked for."""
    await _settle(socket, page)
    await _close(socket, page)
    found = [n for n, one in page.elements.items() if name_of(one) == "shell"]
    await socket.say("event", page.message(found[0], "help"))
    return await socket.until(lambda: "dialog" in json.dumps(socket.heard))


def _deeds(server: Server) -> dict[str, int]:
    return {table: server.count(f"SELECT COUNT(*) FROM {table}") for table in _KEPT}
