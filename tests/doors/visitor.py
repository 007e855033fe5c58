"""A person without a browser: signs in over HTTP, reads pages, and holds their sockets."""

import html
import json
import re
import ssl
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.browser.server import PASSWORD, Server
from tests.doors.raw_socket import RawSocket, raw_socket

SESSION = "stillwatch_session"
# Nothing here is encrypted, and reading the authorities anew costs more than most cases do.
_NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def sign_in(server: Server, who: str, password: str = PASSWORD) -> httpx.AsyncClient:
    """A browser's cookies after signing in as a person of the demo world."""
    client = visitor(server)
    answer = await post_sign_in(client, f"{who}@example.test", password)
    assert answer.status_code == 303, answer.text
    return client


def visitor(server: Server, address: str | None = None) -> httpx.AsyncClient:
    """Somebody who has not signed in; a trusted proxy would say that they come from `address`."""
    headers = {"X-Forwarded-For": address} if address else {}
    return httpx.AsyncClient(
        base_url=server.url, headers=headers, timeout=30, verify=_NO_AUTHORITIES
    )


async def post_sign_in(client: httpx.AsyncClient, email: str, password: str) -> httpx.Response:
    """Fill in the form and send it."""
    form = (await client.get("/login")).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    return await client.post("/login", data={**hidden, "email": email, "password": password})


@dataclass
class OpenPage:
    """A page as it was fetched: its id, and every element with its listeners."""

    status: int
    client_id: str
    elements: dict[int, dict[str, Any]]
    cookie: str
    tab_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def find(self, mark: str) -> int | None:
        """The id of the newest element with this `data-testid`."""
        found = [number for number, one in self.elements.items() if mark_of(one) == mark]
        return max(found, default=None)

    def message(self, element: int, kind: str = "click", *args: Any) -> dict[str, Any]:
        """What the browser would send for something done to an element."""
        listeners = self.elements[element].get("events", [])
        found = [one["listener_id"] for one in listeners if one["type"] == kind]
        assert found, f"nobody listens for {kind} on {self.elements[element]}"
        return {
            "id": element,
            "client_id": self.client_id,
            "listener_id": found[0],
            "args": [json.dumps(argument) for argument in args] or [json.dumps({})],
        }

    def take(self, heard: list[tuple[str, Any]]) -> None:
        """Add what the server has sent of the page since."""
        for name, message in heard:
            if name == "update":
                for number, element in message.items():
                    if element is None:
                        self.elements.pop(int(number), None)
                    elif number != "_id":
                        self.elements[int(number)] = element


def mark_of(element: dict[str, Any]) -> str:
    return str(element.get("props", {}).get("data-testid", ""))


async def open_page(client: httpx.AsyncClient, path: str) -> OpenPage:
    """Fetch a page as a person's browser does."""
    answer = await client.get(path)
    return read_page(answer, f"{SESSION}={client.cookies.get(SESSION, '')}")


def read_page(answer: httpx.Response, cookie: str) -> OpenPage:
    """The page in an answer; without elements when it is none."""
    raw = re.search(r"parseElements\(String\.raw`(.*?)`\)", answer.text, re.S)
    found = re.search(r"['\"]?client_id['\"]?: ['\"]([0-9a-f-]{36})", answer.text)
    if raw is None or found is None:
        return OpenPage(answer.status_code, "", {}, cookie)
    elements = {int(number): one for number, one in json.loads(html.unescape(raw[1])).items()}
    return OpenPage(answer.status_code, found[1], elements, cookie)


@asynccontextmanager
async def live(server: Server, page: OpenPage) -> AsyncIterator[RawSocket]:
    """The page's own socket."""
    async with raw_socket(
        server.url, page.client_id, tab_id=page.tab_id, cookie=page.cookie
    ) as socket:
        yield socket
