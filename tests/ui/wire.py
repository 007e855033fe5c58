"""A page whose socket ends in the test's hands: the framework's own, without a network."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from engineio.async_socket import AsyncSocket
from nicegui import Client, core
from nicegui.testing import User, user_simulation


class Wire:
    """What the server put into the socket of one page, and the page's way out and back."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._document = str(uuid4())
        self._tab = str(uuid4())
        self._sid = ""
        self.socket: AsyncSocket | None = None

    async def connect(self, next_message_id: int | None = None) -> None:
        """What the framework does once a browser has shaken hands."""
        engine_id, self._sid = str(uuid4()), str(uuid4())
        self.socket = AsyncSocket(core.sio.eio, engine_id)
        core.sio.eio.sockets[engine_id] = self.socket
        manager = core.sio.manager
        manager.basic_enter_room(self._sid, "/", None, eio_sid=engine_id)
        manager.basic_enter_room(self._sid, "/", self.client.id, eio_sid=engine_id)
        await self.client.handle_handshake(
            self._sid, self._tab, None, self._document, next_message_id
        )

    def disconnect(self) -> None:
        assert self.socket is not None
        self.socket.closed = True
        self.client.handle_disconnect(self._sid)

    def heard(self) -> list[tuple[str, Any]]:
        """Every event since the last call, in the order in which it would be written."""
        texts = [packet.decode() for packet in self.packets()]
        return [tuple(json.loads(text.removeprefix("42"))) for text in texts]

    def packets(self) -> list[bytes]:
        """The same as it would go over the wire, uncompressed."""
        assert self.socket is not None
        packets = []
        while not self.socket.queue.empty():
            text = self.socket.queue.get_nowait().encode()
            self.socket.queue.task_done()
            packets.append(text if isinstance(text, bytes) else text.encode())
        return packets


@asynccontextmanager
async def simulated_user() -> AsyncIterator[User]:
    async with user_simulation(root=lambda: None) as user:
        yield user


async def fetched_page(user: User) -> Wire:
    """A page as it is before its socket comes."""
    answer = await user.http_client.get("/")
    assert answer.status_code == 200
    return Wire(list(Client.instances.values())[-1])
