"""Sockets that do what no browser does, as fast as they can: frames are made by hand.

`python -m benchmarks.hostile_sockets URL PASSWORD PATH COUNT KIND…` says `ready` once all have
begun, and goes on until it is killed: who is cut comes back.
"""

import asyncio
import itertools
import json
import os
import re
import struct
import sys
import uuid
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

import httpx

from benchmarks.watching.crowd import sign_in
from benchmarks.watching.page import FetchedPage, read_page

_WHO = "auditor@example.test"
_TEXT, _BINARY, _PING, _CONTINUED = 1, 2, 9, 0
_AT_ONCE = 200  # frames in one write
_REST_SECONDS = 0.2


def _event(page: FetchedPage, kind: str, *arguments: object) -> str:
    element = next(number for number, name in page.listeners if name == kind)
    return page.event(element, kind, *arguments)


# What one write holds, by the kind of attack.
KINDS: dict[str, Callable[[FetchedPage], bytes]] = {
    # A valid listener of its own page, each time a read of its own.
    "events": lambda page: frame(_event(page, "refresh")) * _AT_ONCE,
    "dialogs": lambda page: frame(_event(page, "help")) * _AT_ONCE,
    "no_element": lambda page: frame(_stray(page)) * _AT_ONCE,
    "large": lambda page: frame(_event(page, "refresh", "x" * 200_000)),
    "nested": lambda page: frame('42["event",' + "[" * 100_000),
    "not_json": lambda page: frame('42["event",{') * _AT_ONCE,
    "hellos": lambda page: frame("40") * _AT_ONCE,
    "handshakes": lambda page: frame(_handshake(page)) * _AT_ONCE,
    "acks": lambda page: frame(_ack(page)) * _AT_ONCE,
    "attachments": lambda page: frame(b"x" * 1000, _BINARY) * _AT_ONCE,
    "too_large": lambda page: frame(b"x" * 2_000_000),
    "pings": lambda page: frame(b"", _PING) * 40_000,
    "fragments": lambda page: (
        frame(b"", _TEXT, is_last=False) + frame(b"", 0, is_last=False) * 40_000
    ),
    "tiny": lambda page: frame("3") * 40_000,
}
# Reads nothing of what it asks for.
_DEAF = "deaf"
_OPENINGS = "openings"
EVERY_KIND = (*KINDS, _DEAF, _OPENINGS)


def frame(payload: str | bytes, opcode: int = _TEXT, *, is_last: bool = True) -> bytes:
    """One frame as a client sends it, by a mask that changes nothing."""
    data = payload.encode() if isinstance(payload, str) else payload
    head = bytes([(0x80 if is_last else 0) | opcode])
    if len(data) < 126:
        size = bytes([0x80 | len(data)])
    elif len(data) < 1 << 16:
        size = bytes([0x80 | 126]) + struct.pack("!H", len(data))
    else:
        size = bytes([0x80 | 127]) + struct.pack("!Q", len(data))
    return head + size + bytes(4) + data


class HostileSocket:
    """One attacker: opens pages, and does its `kind` on each until it is thrown out."""

    def __init__(self, client: httpx.AsyncClient, path: str, kind: str) -> None:
        self.begun = asyncio.Event()
        self._client = client
        self._path = path
        self._kind = kind

    async def go_on(self) -> None:
        while True:
            with suppress(httpx.HTTPError, OSError, ValueError, asyncio.IncompleteReadError):
                await self._attack()
            self.begun.set()
            await asyncio.sleep(_REST_SECONDS)

    async def _attack(self) -> None:
        answer = await self._client.get(self._path)
        self.begun.set()
        if self._kind == _OPENINGS:
            while answer.status_code == 200:
                answer = await self._client.get(self._path)
            return
        page = read_page(answer.text)
        reader, writer = await self._connect(page)
        hearing = asyncio.create_task(self._hear(reader))
        try:
            writer.write(frame("40"))
            await asyncio.sleep(_REST_SECONDS)
            await self._flood(page, writer, hearing)
        finally:
            hearing.cancel()
            writer.transport.abort()

    async def _flood(
        self, page: FetchedPage, writer: asyncio.StreamWriter, hearing: "asyncio.Task[None]"
    ) -> None:
        blow = KINDS["dialogs" if self._kind == _DEAF else self._kind](page)
        while not hearing.done():
            writer.write(blow)
            await writer.drain()
            await asyncio.sleep(0)

    async def _connect(
        self, page: FetchedPage
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        place = urlsplit(str(self._client.base_url))
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        query = {
            "EIO": 4,
            "transport": "websocket",
            "client_id": page.client_id,
            "tab_id": uuid.uuid4(),
            "document_id": uuid.uuid4(),
            "next_message_id": page.next_message_id,
            "implicit_handshake": "true",
        }
        cookies = "; ".join(f"{name}={value}" for name, value in self._client.cookies.items())
        lines = (
            f"GET /_nicegui_ws/socket.io/?{urlencode(query)} HTTP/1.1",
            f"Host: {place.netloc}",
            f"Origin: http://{place.netloc}",
            *("Upgrade: websocket", "Connection: Upgrade"),
            *("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="),
            f"Cookie: {cookies}",
        )
        writer.write("\r\n".join((*lines, "", "")).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            writer.transport.abort()
            raise OSError(re.sub(rb"\s+", b" ", head[:40]).decode())
        return reader, writer

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        """Take what comes, or leave it, until the line is cut."""
        if self._kind == _DEAF:
            await asyncio.Event().wait()
        with suppress(OSError):
            while await reader.read(1 << 16):
                pass


def _stray(page: FetchedPage) -> str:
    told = {"id": 10**6, "client_id": page.client_id, "listener_id": "none", "args": []}
    return f"42{json.dumps(['event', told])}"


def _handshake(page: FetchedPage) -> str:
    told = {"client_id": page.client_id, "tab_id": "1", "document_id": "1"}
    return f"42{json.dumps(['handshake', told])}"


def _ack(page: FetchedPage) -> str:
    return f"42{json.dumps(['ack', {'client_id': page.client_id, 'next_message_id': 0}])}"


async def main() -> None:
    url, password, path, count, *kinds = sys.argv[1:]
    os.nice(10)  # on the core of the honest ones, whose ears must not be what is measured
    client = await sign_in(url, _WHO, password)
    chosen = itertools.cycle(kinds)
    hostile = [HostileSocket(client, path, next(chosen)) for _ in range(int(count))]
    tasks = [asyncio.create_task(one.go_on()) for one in hostile]
    for one in hostile:
        await one.begun.wait()
    print("ready", flush=True)
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    asyncio.run(main())
