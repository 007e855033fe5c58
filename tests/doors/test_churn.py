"""Pages come and go, and leave nothing: no task, no timer, no watch, no socket, no object."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from services.metrics import KINDS
from tests.browser.server import Server
from tests.doors.raw_socket import RawSocket
from tests.doors.visitor import OpenPage, live, open_page, sign_in

_PATHS = ("/", "/operations", "/operations/1", "/operations/5", "/tenants/contoso", "/account")
_COUNTS = ("pages", "sockets", "rooms", "tabs", "stacks")


class ShortLived(Server):
    command = ("-m", "tests.doors.short_lived")


@pytest.fixture(scope="module")
def short_lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = ShortLived(tmp_path_factory.mktemp("churn"), STILLWATCH_WORKERS="0")
    server.start()
    yield server
    server.stop()


async def test_pages_leave_nothing_behind(short_lived: Server) -> None:
    person = await sign_in(short_lived, "operator")
    await _look_in(short_lived, person, "/account")  # what comes with the first and stays for all
    before = await _left(short_lived)

    for _ in range(4):
        await _churn(short_lived)

    after = await _left(short_lived, beside=Counter(before["tasks"]))
    assert {name: after[name] for name in _COUNTS} == dict.fromkeys(_COUNTS, 0)
    assert after["objects"] == {}
    assert Counter(after["tasks"]) <= Counter(before["tasks"])
    assert short_lived.metric("stillwatch_clients") == 0
    assert short_lived.metric("stillwatch_gone_clients") == 0
    assert {k: short_lived.metric("stillwatch_snapshots", kind=k) for k in KINDS} == dict.fromkeys(
        KINDS, 0
    )
    await person.aclose()


async def _churn(server: Server) -> None:
    person = await sign_in(server, "operator")
    await asyncio.gather(*(_look_in(server, person, path) for path in _PATHS))
    await _sign_out_with_a_page_open(server, person)
    await person.aclose()


async def _look_in(server: Server, person: httpx.AsyncClient, path: str) -> None:
    """Open a page, hide it, show it, open what its clicks open, drop its line, and come back."""
    page = await open_page(person, path)
    await open_page(person, path)  # fetched, and no browser ever comes
    async with live(server, page) as socket:
        for state in ("visible", "hidden", "visible"):
            await _report(page, socket, state)
        button = page.find("start-operation")
        if button is not None:
            await socket.say("event", page.message(button))
            assert await socket.until(lambda: "confirm-dialog" in json.dumps(socket.heard), 5)
    async with live(server, page) as socket:
        await _report(page, socket, "visible")


async def _report(page: OpenPage, socket: RawSocket, state: str) -> None:
    for number, one in page.elements.items():
        if any(event["type"] == "visibility" for event in one.get("events", [])):
            await socket.say("event", page.message(number, "visibility", state))
            return


async def _sign_out_with_a_page_open(server: Server, person: httpx.AsyncClient) -> None:
    page = await open_page(person, "/operations")
    async with live(server, page) as socket:
        await _report(page, socket, "visible")
        csrf = re.search(r'"sign_out_csrf": "([^"]+)"', json.dumps(page.elements))
        assert csrf is not None
        await person.post("/logout", data={"csrf": csrf[1]})
        await socket.until(lambda: "signed out" in json.dumps(socket.heard), 5)


async def _left(server: Server, *, beside: Counter[str] | None = None) -> dict[str, Any]:
    """What is left once nothing more goes by itself, `beside` these tasks.

    A connection's next ping sleeps on after it, until its time has come.
    """
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        for _ in range(45):
            left: dict[str, Any] = (await client.get("/left")).json()
            is_quiet = beside is None or Counter(left["tasks"]) <= beside
            if is_quiet and not any(left[name] for name in (*_COUNTS, "objects")):
                break
            await asyncio.sleep(1)
    return left
