"""Every listener that the pages have, in their first shape and behind every click."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.browser.server import Server
from tests.doors.aims import aim, places
from tests.doors.people import Person, new_person
from tests.doors.raw_socket import RawSocket
from tests.doors.rights import PAGES, ROLES
from tests.doors.visitor import OpenPage, live, mark_of, open_page

_OPENING = ("click", "generate", "cancel", "retry", "help", "save")
# What is said of one of the groups of failures that are on the page.
_OF_GROUPS = ("acknowledge", "withdraw")
# How long a dialog may take; what opens none is waited for as long.
_PATIENCE_SECONDS = 2.0
# All that the owner's pages can hold has one row of its kind, and each is opened.
_ROWS = (
    "rename tenant",
    "change member",
    "revoke token",
    "end session",
    "end own session",
    "acknowledge",
    "withdraw",
    "share view",
    "unshare view",
)


@dataclass(frozen=True)
class Opening:
    """Something on a page that opens something: an element, by what it is known again, and how."""

    element: int
    name: str
    kind: str
    arguments: tuple[Any, ...] = ()


async def find_listeners(server: Server) -> set[str]:
    """Of all pages, for every role, as `mark or tag` and what is listened for."""
    found: set[str] = set()
    for who in ROLES:
        async with opened_pages(server, who) as (person, paths):
            for path in paths:
                page = await open_page(person.client, path)
                found |= _listeners(page)
                if who == "owner":
                    for opening in openings(page):
                        found |= await _behind(server, person, path, opening)
    return found


@asynccontextmanager
async def opened_pages(server: Server, who: str) -> AsyncIterator[tuple[Person, list[str]]]:
    """Somebody of a small workspace that has one of everything, and the addresses of its pages."""
    own, at = places(server, "rename tenant", "own tenant")
    person = new_person(server, who, own)
    for deed in _ROWS:
        aim(server, deed, at, person if deed.startswith("end own") or "view" in deed else None)
    paths = [page for page in PAGES if not page.endswith(".csv")] + [f"/tenants/{at.slug}"]
    paths += [aim(server, deed, at).path for deed in ("cancel", "retry")]
    async with person.client:
        yield person, paths


def openings(page: OpenPage) -> list[Opening]:
    """Everything that opens something, of many rows with the same act the first."""
    return [
        opening
        for number, one in page.elements.items()
        for event in one.get("events", [])
        for opening in _openings_of(number, one, event["type"])
    ]


async def open_behind(socket: RawSocket, page: OpenPage, opening: Opening) -> None:
    """Do it, and take in what the page has then."""
    message = page.message(opening.element, opening.kind, *opening.arguments)
    before = len(socket.heard)
    await socket.say("event", message)

    def is_open() -> bool:
        # Its script is asked for before it comes.
        news = [message for name, message in socket.heard[before:] if name == "update"]
        return "dialog" in json.dumps(news)

    await socket.until(is_open, _PATIENCE_SECONDS)
    page.take(socket.heard[before:])


async def _behind(server: Server, person: Person, path: str, opening: Opening) -> set[str]:
    """What the page has after one thing on it is opened, each on a page of its own."""
    page = await open_page(person.client, path)
    if name_of(page.elements.get(opening.element, {})) != opening.name:
        return set()
    async with live(server, page) as socket:
        await open_behind(socket, page, opening)
    return _listeners(page)


def _openings_of(number: int, one: dict[str, Any], kind: str) -> list[Opening]:
    name, view = name_of(one), one.get("props", {}).get("view") or {}
    if kind == "bulk":
        ids = [row["id"] for row in view]
        return [Opening(number, name, kind, (deed, ids)) for deed in ("cancel", "retry") if ids]
    if kind == "act":
        rows = view.get("rows", view.get("views", []))
        firsts = {act["key"]: row["id"] for row in reversed(rows) for act in row["acts"]}
        return [Opening(number, name, kind, (row, key)) for key, row in firsts.items()]
    if kind in _OF_GROUPS:
        return [
            Opening(number, name, kind, (group["fingerprint"],)) for group in view.get("groups", [])
        ]
    return [Opening(number, name, kind)] if kind in _OPENING else []


def _listeners(page: OpenPage) -> set[str]:
    return {
        f"{name_of(one)} {event['type']}"
        for one in page.elements.values()
        for event in one.get("events", [])
    }


def name_of(element: dict[str, Any]) -> str:
    tag = re.sub(r"^nicegui-|-[0-9a-f]{6,}$", "", str(element.get("tag", "")))
    return mark_of(element) or tag
