"""One message for many sockets, over real connections to a real server in this process."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import socketio
import uvicorn
from nicegui import core
from websockets.asyncio.client import ClientConnection, connect

from ui import fan_out
from ui.shared_frames import SharingSocket

Dial = Callable[..., Awaitable[tuple[ClientConnection, str]]]


@asynccontextmanager
async def switchboard(ws: Any) -> AsyncIterator[Dial]:
    """Connections to the framework's sockets: each is the line, and the room of its own."""
    app = socketio.ASGIApp(core.sio, socketio_path="/socket.io")
    config = uvicorn.Config(app, port=0, http="h11", ws=ws, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with AsyncExitStack() as lines:

        async def dial(compression: str | None = "deflate") -> tuple[ClientConnection, str]:
            address = f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"
            line = await lines.enter_async_context(connect(address, compression=compression))
            await line.recv()
            await line.send("40")
            return line, json.loads(str(await line.recv())[2:])["sid"]

        yield dial
    server.should_exit = True
    await serving


@pytest.fixture
async def dial() -> AsyncIterator[Dial]:
    async with switchboard(SharingSocket) as dial:
        yield dial


def send_to(rooms: Iterable[str], event: str, payload: str) -> int:
    letter = fan_out.letter_of(event, payload)
    return sum(letter.post_to(room) for room in rooms)


async def heard(line: ClientConnection) -> list[Any]:
    async with asyncio.timeout(10):
        return json.loads(str(await line.recv())[2:])


async def test_everybody_gets_it_compressed_or_not(dial: Dial) -> None:
    plain, first = await dial(compression=None)
    packed, second = await dial()

    handed = send_to([first, second], "shown", '{"text":"Grüße"}')

    assert handed == 2
    assert await heard(plain) == await heard(packed) == ["shown", {"text": "Grüße"}]


async def test_who_is_gone_is_not_counted(dial: Dial) -> None:
    line, sid = await dial()
    await line.close()
    while core.sio.manager.is_connected(sid, "/"):
        await asyncio.sleep(0.01)

    assert send_to([sid, "nobody"], "shown", "{}") == 0


async def test_what_was_put_into_the_queue_before_comes_before(dial: Dial) -> None:
    line, sid = await dial()

    for number in range(0, 30, 3):
        await core.sio.emit("n", number, room=sid)
        send_to([sid], "n", str(number + 1))
        fan_out.send_to_room(sid, "n", number + 2)

    assert [(await heard(line))[1] for _ in range(30)] == list(range(30))


async def test_who_does_not_read_keeps_nobody_else_waiting_and_gets_all_in_order(
    dial: Dial,
) -> None:
    slow, idle = await dial(compression=None)
    quick, eager = await dial()
    long = json.dumps("x" * 200_000)

    for number in range(60):
        send_to([idle], "long", long)
        send_to([idle, eager], "n", str(number))
        assert (await heard(quick))[1] == number  # so that the writers had their turns

    assert core.sio.eio.sockets[core.sio.manager.eio_sid_from_sid(idle, "/")].queue.qsize()
    told = [await heard(slow) for _ in range(120)]
    assert [body for name, body in told if name == "n"] == list(range(60))


async def test_bytes_go_after_the_message_that_announces_them(dial: Dial) -> None:
    line, sid = await dial()

    fan_out.send_to_room(sid, "download", {"src": b"contents"})

    assert str(await line.recv()).startswith('451-["download"')
    assert await line.recv() == b"contents"


async def test_no_connection_keeps_a_window_for_its_compression(dial: Dial) -> None:
    line, _ = await dial()

    agreed = line.response and line.response.headers["Sec-WebSocket-Extensions"]

    assert agreed is not None
    assert "server_no_context_takeover" in agreed
    assert "client_no_context_takeover" in agreed


async def test_a_server_of_another_kind_is_served_by_its_queues() -> None:
    async with switchboard("websockets-sansio") as dial:
        line, sid = await dial()

        send_to([sid], "shown", "{}")

        assert await heard(line) == ["shown", {}]


def test_the_queues_are_those_that_were_read() -> None:
    """After an upgrade: read what changed, see that the order still holds, note it here."""
    assert fan_out.digest_of(fan_out._read) == fan_out.READ
