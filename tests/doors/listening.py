"""Every listener that the pages have, in their first shape and behind every click."""

import asyncio
import json
import re
from functools import partial
from typing import Any

from tests.browser.server import Server
from tests.doors.deeds import aim, places
from tests.doors.people import new_person
from tests.doors.rights import PAGES, ROLES
from tests.doors.visitor import OpenPage, live, mark_of, open_page

# What a click elsewhere than on our own elements would need: a row's acts, and the like.
_OPENING = ("click", "generate", "cancel", "retry", "act", "bulk")


async def find_listeners(server: Server) -> set[str]:
    """Of all pages, for every role, as `mark or tag` and what is listened for."""
    found: set[str] = set()
    for who in ROLES:
        own, at = places(server, "own tenant")
        paths = [*PAGES, f"/tenants/{at.slug}"]
        paths += [aim(server, deed, at).path for deed in ("cancel", "retry")]
        person = new_person(server, who, own)
        async with person.client:
            shown = await asyncio.gather(*(open_page(person.client, path) for path in paths))
            for page in shown:
                found |= _listeners(page)
            if who == "owner":
                for path in paths:
                    found |= await _behind_clicks(server, person.client, path)
    return found


async def _behind_clicks(server: Server, client: Any, path: str) -> set[str]:
    """What the page has after each thing that can be clicked, each on a page of its own."""
    found: set[str] = set()
    for number, name, kind in _openings(await open_page(client, path)):
        page = await open_page(client, path)
        if _name(page.elements.get(number, {})) != name:
            continue
        async with live(server, page) as socket:
            await socket.say("event", page.message(number, kind))
            await socket.until(partial(_is_open, socket.heard), 1.0)
            page.take(socket.heard)
            found |= _listeners(page)
    return found


def _is_open(heard: list[tuple[str, Any]]) -> bool:
    # Its script is asked for before it comes.
    return "dialog" in json.dumps([message for name, message in heard if name == "update"])


def _openings(page: OpenPage) -> list[tuple[int, str, str]]:
    return [
        (number, _name(one), event["type"])
        for number, one in page.elements.items()
        for event in one.get("events", [])
        if event["type"] in _OPENING
    ]


def _listeners(page: OpenPage) -> set[str]:
    return {
        f"{_name(one)} {event['type']}"
        for one in page.elements.values()
        for event in one.get("events", [])
    }


def _name(element: dict[str, Any]) -> str:
    tag = re.sub(r"^nicegui-|-[0-9a-f]{6,}$", "", str(element.get("tag", "")))
    return mark_of(element) or tag
