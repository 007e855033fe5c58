"""One open page without a browser: all that a browser sends, and nothing that it does not."""

import asyncio
import uuid
from contextlib import suppress
from urllib.parse import urlencode

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.typing import Origin

from benchmarks.watching.packets import PING, PONG, event_name, message_id, newest_version, step
from benchmarks.watching.page import FetchedPage, read_page
from benchmarks.watching.tally import Tally

# The framework's script tells what it has received every three seconds, if there is news.
_ACK_SECONDS = 3.0
# As Chrome offers it: the server may choose any window of its own.
_DEFLATE = ClientPerMessageDeflateFactory(client_max_window_bits=True)
_PATIENCE = 60.0


class _CountingConnection(ClientConnection):
    """Knows how many bytes have come, as they were on the wire."""

    bytes_received = 0

    def data_received(self, data: bytes) -> None:
        self.bytes_received += len(data)
        super().data_received(data)


class Viewer:
    """A page at `path`, opened with a sign-in's `cookie`; `group` is what its delays go by."""

    def __init__(self, url: str, path: str, group: str, tally: Tally) -> None:
        self.path = path
        self.state = "visible"
        self.version = 0
        self.html_bytes = 0
        self.page: FetchedPage | None = None
        self._url = url
        self._group = group
        self._tally = tally
        self._tab_id, self._document_id = str(uuid.uuid4()), str(uuid.uuid4())
        self._cookie = ""
        self._next_message = self._acknowledged = 0
        self._line: ClientConnection | None = None
        self._listening: asyncio.Task[None] | None = None
        self._reported = asyncio.Event()
        self._updated = asyncio.Event()
        self._is_leaving = False

    async def open(self, client: httpx.AsyncClient) -> None:
        """Fetch the page, connect its socket, and report that it is seen."""
        self._cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        answer = await client.get(self.path)
        answer.raise_for_status()
        self.html_bytes = len(answer.content)
        self.page = read_page(answer.text)
        self.version = self.page.version
        self._next_message = self.page.next_message_id
        await self.connect()

    async def connect(self) -> None:
        """Connect the page's socket, for the first time or again, and wait for the report."""
        assert self.page is not None
        self._is_leaving = False
        self._reported.clear()
        self._line = await connect(
            f"{self._url.replace('http', 'ws', 1)}/_nicegui_ws/socket.io/?{self._query()}",
            origin=Origin(self._url),
            additional_headers={"Cookie": self._cookie},
            extensions=[_DEFLATE],
            create_connection=_CountingConnection,
            ping_interval=None,
            max_queue=None,
            open_timeout=_PATIENCE,
            user_agent_header="Mozilla/5.0 (benchmark)",
            proxy=None,
        )
        await self._line.recv()  # the engine's greeting
        await self._line.send("40")
        self._listening = asyncio.create_task(self._listen(self._line))
        if self.page.visibility(self.state) is not None:
            await asyncio.wait_for(self._reported.wait(), _PATIENCE)

    async def show(self, state: str) -> None:
        """Report that the tab is `visible` or `hidden` from now on."""
        self.state = state
        await self._report()

    async def click(self, mark: str, patience: float = _PATIENCE) -> None:
        """Press the button with this `data-testid`, and wait for what that brings.

        Raises `KeyError` where there is no such button.
        """
        packet = self.page.press(mark) if self.page is not None else None
        if packet is None:
            raise KeyError(mark)
        self._updated.clear()
        await self._say(packet)
        await asyncio.wait_for(self._updated.wait(), patience)

    async def drop(self) -> None:
        """Lose the socket without a word, as a laptop does that is shut."""
        self._is_leaving = True
        if self._line is not None:
            self._line.transport.abort()
        if self._listening is not None:
            await asyncio.gather(self._listening, return_exceptions=True)

    async def close(self) -> None:
        """Go for good, as a browser does: the socket is closed in order."""
        self._is_leaving = True
        if self._line is not None:
            await self._line.close()
        if self._listening is not None:
            await asyncio.gather(self._listening, return_exceptions=True)

    def _query(self) -> str:
        assert self.page is not None
        return urlencode(
            {
                "client_id": self.page.client_id,
                "next_message_id": self._next_message,
                "implicit_handshake": "true",
                "document_id": self._document_id,
                "tab_id": self._tab_id,
                "old_tab_id": "null",
                "EIO": 4,
                "transport": "websocket",
            }
        )

    async def _listen(self, line: ClientConnection) -> None:
        acknowledging = asyncio.create_task(self._acknowledge())
        counted = 0
        try:
            async for packet in line:
                total = getattr(line, "bytes_received", 0)
                await self._take(str(packet), total - counted)
                counted = total
        except ConnectionClosed:
            pass
        finally:
            acknowledging.cancel()
            self._tally.dropped += not self._is_leaving

    async def _take(self, packet: str, size: int) -> None:
        if packet == PING:
            self._tally.received("ping", size)
            await self._say(PONG)
            return
        kind = event_name(packet) or "engine"
        self._tally.received(kind, size)
        number = message_id(packet)
        if number is not None:
            self._next_message = max(self._next_message, number + 1)
        if kind == "run_javascript" and "isibility" in packet:
            await self._stand()
            await self._report()
        elif kind == "shown":
            await self._take_step(packet)
        elif kind == "update":
            self._take_elements(packet)
        self._note_version(packet)

    def _note_version(self, packet: str) -> None:
        version = newest_version(packet)
        if version is not None and version > self.version:
            self._tally.delivered(self, self.path, self._group, self.version, version)
            self.version = version

    async def _take_step(self, packet: str) -> None:
        assert self.page is not None
        taken = step(packet)
        if taken is not None and not self.page.take(*taken):
            self._tally.resyncs += 1
            await self._stand()

    async def _stand(self) -> None:
        assert self.page is not None
        packet = self.page.standing()
        if packet is not None:
            await self._say(packet)

    def _take_elements(self, packet: str) -> None:
        # Only what is new has listeners to learn of, and only a click waits for it.
        if not self._updated.is_set() and "listener_id" in packet and self.page is not None:
            self.page.hear(packet)
            self._updated.set()

    async def _report(self) -> None:
        assert self.page is not None
        packet = self.page.visibility(self.state)
        if packet is not None:
            await self._say(packet)
            self._reported.set()

    async def _acknowledge(self) -> None:
        assert self.page is not None
        while True:
            await asyncio.sleep(_ACK_SECONDS)
            if self._acknowledged < self._next_message:
                self._acknowledged = self._next_message
                told = f'"client_id":"{self.page.client_id}","next_message_id":{self._next_message}'
                await self._say(f'42["ack",{{{told}}}]')

    async def _say(self, packet: str) -> None:
        if self._line is not None:
            with suppress(ConnectionClosed):
                await self._line.send(packet)
