"""One open page that polls over HTTP, as htmx and as a script with `fetch` do."""

import asyncio
import random
import re
from contextlib import suppress

import httpx

from benchmarks.watching.packets import newest_version
from benchmarks.watching.tally import Tally

_SOURCE = re.compile(r'(?:hx-get|data-poll)="([^"]+)"')
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_INTERVAL = 1.0
# What Chrome sends with a request of a script's own.
_HEAD = """GET {source} HTTP/1.1\r
Host: {host}\r
Connection: keep-alive\r
sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"\r
sec-ch-ua-mobile: ?0\r
sec-ch-ua-platform: "Linux"\r
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36\r
HX-Request: true\r
Accept: */*\r
Sec-Fetch-Site: same-origin\r
Sec-Fetch-Mode: cors\r
Sec-Fetch-Dest: empty\r
Referer: {url}{path}\r
Accept-Encoding: gzip, deflate, br, zstd\r
Accept-Language: en-US,en;q=0.9\r
Cookie: {cookie}\r
\r
"""


class Poller(asyncio.Protocol):
    """A page at `path` that asks each second, over one connection that is kept."""

    def __init__(self, url: str, path: str, group: str, tally: Tally) -> None:
        self.path = path
        self.version = 0
        self.html_bytes = 0
        self._url = url
        self._group = group
        self._tally = tally
        self._request = b""
        self._transport: asyncio.Transport | None = None
        self._polling: asyncio.Task[None] | None = None
        self._received = b""
        self._awaited = 0
        self._is_waiting = False
        self._is_leaving = False

    async def open(self, client: httpx.AsyncClient) -> None:
        """Fetch the page and begin to ask, at any moment of the second."""
        answer = await client.get(self.path)
        answer.raise_for_status()
        self.html_bytes = len(answer.content)
        source = _SOURCE.search(answer.text)
        assert source is not None, answer.text
        host = self._url.removeprefix("http://")
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        self._request = _HEAD.format(
            source=source[1], host=host, url=self._url, path=self.path, cookie=cookie
        ).encode()
        name, _, port = host.partition(":")
        await asyncio.get_running_loop().create_connection(lambda: self, name, int(port))
        self._polling = asyncio.create_task(self._poll())

    async def close(self) -> None:
        self._is_leaving = True
        if self._polling is not None:
            self._polling.cancel()
            with suppress(asyncio.CancelledError):
                await self._polling
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self._tally.dropped += not self._is_leaving

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._awaited:
            end = self._received.find(b"\r\n\r\n")
            length = _LENGTH.search(self._received, 0, end) if end >= 0 else None
            if length is None:
                return
            self._awaited = end + 4 + int(length[1])
        if len(self._received) >= self._awaited:
            self._take(self._received)
            self._received, self._awaited, self._is_waiting = b"", 0, False

    def _take(self, answer: bytes) -> None:
        is_good = answer.startswith(b"HTTP/1.1 200")
        self._tally.received("answer" if is_good else "refusal", len(answer))
        version = newest_version(answer.decode())
        if version is not None and version > self.version:
            if self.version:
                self._tally.delivered(self, self.path, self._group, self.version, version)
            self.version = version

    async def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + random.random() * _INTERVAL
        while True:
            await asyncio.sleep(due - loop.time())
            due += _INTERVAL
            # One that is not answered yet is not asked again: that second is lost.
            if not self._is_waiting and self._transport is not None:
                self._is_waiting = True
                self._transport.write(self._request)
