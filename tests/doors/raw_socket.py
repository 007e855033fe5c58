"""A socket as an attacker holds it: any cookie, any origin, any id, any message."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

_SECONDS = 10.0


class RawSocket:
    """A connection that has said hello; `is_in` tells whether it was let in."""

    def __init__(self, line: ClientConnection, *, is_in: bool) -> None:
        self.is_in = is_in
        self.heard: list[tuple[str, Any]] = []
        self.answers: dict[int, Any] = {}
        self._line = line
        self._news = asyncio.Event()
        self.is_closed = False

    async def say(self, name: str, message: Any, number: int | None = None) -> None:
        """Send any message at all; with `number` an answer to it is kept."""
        mark = "" if number is None else str(number)
        await self._line.send(f"42{mark}{json.dumps([name, message])}")

    async def until(self, is_so: Callable[[], bool], seconds: float = _SECONDS) -> bool:
        """Wait for what is heard to make `is_so` true, or for the line to be cut."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not is_so():
            left = deadline - loop.time()
            if left <= 0 or self.is_closed:
                return is_so()
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                return is_so()
        return True

    async def hear(self) -> None:
        """Take in what comes, and answer pings, until the line is cut."""
        try:
            async for text in self._line:
                await self._take(str(text))
                self._news.set()
        except ConnectionClosed:
            pass
        finally:
            self.is_closed = True
            self._news.set()

    async def _take(self, text: str) -> None:
        if text == "2":
            await self._line.send("3")
        elif text.startswith("42"):
            self.heard.append(tuple(json.loads(text[2:])))
        elif text.startswith("43"):
            begin = text.index("[")
            self.answers[int(text[2:begin])] = json.loads(text[begin:])
        elif text.startswith("41"):
            self.is_closed = True


@asynccontextmanager
async def raw_socket(
    url: str,
    client_id: str,
    *,
    tab_id: str = "",
    cookie: str = "",
    origin: str | None = None,
    is_implicit: bool = True,
) -> AsyncIterator[RawSocket]:
    """A socket to the server at `url` that names a page, as the framework's script does.

    Raises `websockets.exceptions.InvalidStatus` when not even the connection is accepted.
    """
    query = {
        "EIO": "4",
        "transport": "websocket",
        "client_id": client_id,
        "tab_id": tab_id or str(uuid.uuid4()),
        "document_id": str(uuid.uuid4()),
        "next_message_id": "0",
        "implicit_handshake": "true" if is_implicit else "false",
    }
    address = f"{url.replace('http', 'ws', 1)}/_nicegui_ws/socket.io/?{urlencode(query)}"
    headers = {"Cookie": cookie} if cookie else {}
    own = Origin(url if origin is None else origin)
    async with connect(address, origin=own, additional_headers=headers) as line:
        assert str(await line.recv()).startswith("0")
        await line.send("40")
        socket = RawSocket(line, is_in=str(await line.recv()).startswith("40"))
        listening = asyncio.create_task(socket.hear())
        try:
            yield socket
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
