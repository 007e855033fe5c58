"""The web server's websocket reads no faster than it is listened to; bytes come from the test."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from benchmarks.hostile_sockets import frame
from services import metrics
from tests.stepped_loop import stepped
from ui.patient_socket import PatientSocket

_HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
_PING, _FRAGMENT = frame(b"", 9), frame(b"", 0, is_last=False)


class Wire(asyncio.Transport):
    """The other side: whether it is read from, what was written, whether it was cut."""

    def __init__(self) -> None:
        super().__init__({"sockname": ("127.0.0.1", 1), "peername": ("127.0.0.1", 2)})
        self.is_read = True
        self.is_cut = False
        self.written = bytearray()

    def pause_reading(self) -> None:
        self.is_read = False

    def resume_reading(self) -> None:
        self.is_read = True

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.is_cut

    def close(self) -> None:
        self.is_cut = True

    def abort(self) -> None:
        self.is_cut = True


class Listener:
    """An application that accepts, and takes a message whenever the test lets it."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.may_hear = asyncio.Semaphore(0)

    async def __call__(self, scope: Any, receive: Callable[..., Any], send: Any) -> None:
        if scope["type"] != "websocket":
            return
        await receive()
        await send({"type": "websocket.accept"})
        while True:
            await self.may_hear.acquire()
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            self.heard.append(message["text"])

    async def hear(self, count: int) -> None:
        for _ in range(count):
            self.may_hear.release()
        await asyncio.sleep(0.01)


async def connected() -> tuple[PatientSocket, Wire, Listener]:
    listener, wire = Listener(), Wire()
    config = Config(listener, ws=PatientSocket, ws_max_size=256 * 1024, ws_ping_interval=None)
    config.load()
    socket = PatientSocket(config, ServerState(), {})
    socket.connection_made(wire)
    socket.data_received(_HANDSHAKE)
    await asyncio.sleep(0.01)
    assert b"101" in wire.written
    assert wire.is_read
    return socket, wire, listener


def refused(reason: str) -> float:
    name = "stillwatch_socket_refusals_total"
    return metrics.registry.get_sample_value(name, {"reason": reason}) or 0.0


@stepped
async def test_all_messages_come_through_in_their_order() -> None:
    socket, wire, listener = await connected()
    texts = [f"message {number} " + "x" * (number % 3000) for number in range(500)]
    blob = b"".join(map(frame, texts))

    for begin in range(0, len(blob), 50_000):
        socket.data_received(blob[begin : begin + 50_000])
    await listener.hear(500)

    assert listener.heard == texts
    assert wire.is_read


@stepped
async def test_of_tens_of_thousands_of_messages_in_one_read_a_slice_is_parsed() -> None:
    socket, wire, listener = await connected()

    socket.data_received(frame("3") * 40_000)

    assert socket.queue.qsize() < 200
    assert not wire.is_read
    await listener.hear(500)
    assert len(listener.heard) == 500
    assert socket.queue.qsize() < 200
    assert not wire.is_read


@pytest.mark.parametrize("aside", [_PING, _FRAGMENT, frame(b"", 10)], ids=["ping", "part", "pong"])
@stepped
async def test_a_flood_of_what_no_page_sends_is_cut(aside: bytes) -> None:
    socket, wire, _ = await connected()
    before = refused("asides")
    start = frame("4", is_last=False) if aside is _FRAGMENT else b""

    socket.data_received(start + aside * 40_000)

    assert wire.is_cut
    assert refused("asides") == before + 1
    assert len(wire.written) < 2_000


@stepped
async def test_signs_of_life_and_a_few_parts_are_nothing_unusual() -> None:
    socket, wire, listener = await connected()

    for _ in range(1000):
        socket.data_received(_PING + frame("4", is_last=False) + _FRAGMENT + frame(b"2", 0))
        await listener.hear(1)
        await asyncio.sleep(2)

    assert not wire.is_cut
    assert listener.heard == ["42"] * 1000


@stepped
async def test_who_does_not_read_is_not_read_from_and_is_cut_in_the_end() -> None:
    socket, wire, listener = await connected()
    before = refused("not_reading")

    socket.pause_writing()
    socket.data_received(frame("more, please") * 10)
    await listener.hear(10)

    assert listener.heard == []
    assert not wire.is_read
    await asyncio.sleep(19)
    assert not wire.is_cut
    await asyncio.sleep(2)
    assert wire.is_cut
    assert refused("not_reading") == before + 1


@stepped
async def test_who_reads_slowly_is_heard_when_it_has_read() -> None:
    socket, wire, listener = await connected()

    socket.pause_writing()
    socket.data_received(frame("later"))
    await asyncio.sleep(15)
    socket.resume_writing()
    await listener.hear(1)
    await asyncio.sleep(60)

    assert listener.heard == ["later"]
    assert wire.is_read
    assert not wire.is_cut


@stepped
async def test_a_flood_after_the_farewell_is_cut() -> None:
    socket, wire, _ = await connected()
    await socket.send({"type": "websocket.close", "code": 1008, "reason": "too_fast"})

    socket.data_received(frame("42") * 40_000)

    assert wire.is_cut


@stepped
async def test_what_is_lost_leaves_nothing_behind() -> None:
    socket, _, _ = await connected()
    before = refused("not_reading")
    socket.data_received(frame("3") * 40_000)
    socket.pause_writing()

    socket.connection_lost(None)
    await asyncio.sleep(60)

    assert not socket._unread
    assert refused("not_reading") == before
    assert socket not in socket.connections


@stepped
async def test_a_message_that_is_too_large_is_cut_at_its_head() -> None:
    socket, wire, listener = await connected()
    before = refused("too_large")

    socket.data_received(frame("x" * (256 * 1024 + 1))[:1000])

    assert wire.is_cut
    assert refused("too_large") == before + 1
    assert listener.heard == []


@stepped
async def test_a_message_of_the_largest_size_is_heard() -> None:
    socket, _, listener = await connected()
    text = "x" * (256 * 1024)

    socket.data_received(frame(text))
    await listener.hear(1)

    assert listener.heard == [text]


@stepped
async def test_what_is_no_frame_is_cut() -> None:
    socket, wire, _ = await connected()
    before = refused("malformed")

    socket.data_received(b"\xff" * 5000)

    assert wire.is_cut
    assert refused("malformed") == before + 1
