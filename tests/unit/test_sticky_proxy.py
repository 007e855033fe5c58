"""The door of `make cluster`: who goes where, what is passed on, and what is not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from scripts.postgres_server import free_port
from scripts.sticky_proxy import StickyProxy, by_preference, read_head

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
COOKIE = "stillwatch_session"


def head(*fields: str, first: str = "GET /operations HTTP/1.1") -> bytes:
    return "\r\n".join([first, "Host: console.test", *fields, "", ""]).encode()


def test_whoever_has_signed_in_is_known_by_the_session_and_others_by_their_address() -> None:
    signed_in = read_head(head(f"Cookie: other=1; {COOKIE}=token"), "192.0.2.1")
    moved = read_head(head(f"cookie: {COOKIE}=token"), "192.0.2.2")
    stranger = read_head(head("Cookie: other={1}"), "192.0.2.1")

    assert (signed_in.key, moved.key, stranger.key) == ("token", "token", "192.0.2.1")


def test_what_a_client_says_of_its_own_address_goes_no_further() -> None:
    seen = read_head(
        head(
            "X-Forwarded-For: 127.0.0.1",
            "x-forwarded-proto: https",
            "Forwarded: for=127.0.0.1",
            "X-Real-IP: 127.0.0.1",
            "Connection: keep-alive",
            "Accept: */*",
        ),
        "192.0.2.1",
    ).head

    assert seen == head(
        "Accept: */*",
        "X-Forwarded-For: 192.0.2.1",
        "X-Forwarded-Proto: http",
        "Connection: close",
    )


def test_a_websocket_is_passed_on_as_one() -> None:
    seen = read_head(head("Connection: keep-alive, Upgrade", "Upgrade: WebSocket"), "192.0.2.1")

    assert seen.head.endswith(b"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")


def test_nothing_but_a_get_becomes_a_websocket() -> None:
    seen = read_head(
        head("Connection: Upgrade", "Upgrade: websocket", first="POST / HTTP/1.1"), "192.0.2.1"
    )

    assert seen.head.endswith(b"\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize(
    "nonsense",
    [
        head("X-Forwarded-For : 127.0.0.1"),
        head("Accept: */*\nX-Forwarded-For: 127.0.0.1"),
        head("Accept: */*", " X-Forwarded-For: 127.0.0.1"),
        head("Accept: */*\rX-Forwarded-For: 127.0.0.1"),
        head("no colon"),
        head(first="GET /\nX-Forwarded-For:127.0.0.1 HTTP/1.1"),
        head(first="GET /"),
        b"\x16\x03\x01 hello\r\n\r\n",
    ],
)
def test_what_two_readers_could_read_in_two_ways_is_refused(nonsense: bytes) -> None:
    with pytest.raises(ValueError):
        read_head(nonsense, "192.0.2.1")


def test_a_process_less_moves_only_those_who_were_with_it() -> None:
    keys = [f"session {n}" for n in range(200)]
    before = {key: by_preference(key, (1, 2, 3))[0] for key in keys}

    after = {key: by_preference(key, (1, 3))[0] for key in keys}

    assert {before[key] for key in keys} == {1, 2, 3}
    assert all(after[key] == before[key] for key in keys if before[key] != 2)


async def test_one_browser_stays_with_one_process_and_all_are_used() -> None:
    async with behind_the_door(naming("one"), naming("two")) as port:
        answers = {n: [await ask(port, f"token {n}") for _ in range(3)] for n in range(20)}

    assert all(len(set(seen)) == 1 for seen in answers.values())
    assert {seen[0].rpartition(b"\r\n")[2] for seen in answers.values()} == {b"one", b"two"}


async def test_a_process_that_is_down_is_stood_in_for() -> None:
    async with behind_the_door(naming("one"), None) as port:
        answers = {(await ask(port, f"token {n}")).rpartition(b"\r\n")[2] for n in range(20)}

    assert answers == {b"one"}


async def test_with_nobody_behind_it_the_door_says_so() -> None:
    async with behind_the_door(None, None) as port:
        answer = await ask(port, "token")

    assert answer.startswith(b"HTTP/1.1 502 ")


async def test_both_sides_of_an_open_connection_hear_each_other_at_once() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        while line := await reader.readline():
            writer.write(line.upper())

    async with behind_the_door(echo) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head("Connection: Upgrade", "Upgrade: websocket") + b"one\n")
        first = await reader.readline()
        writer.write(b"two\n")
        second = await reader.readline()
        writer.close()

    assert (first, second) == (b"ONE\n", b"TWO\n")


async def test_a_body_that_nobody_reads_does_not_pile_up_at_the_door() -> None:
    has_read = asyncio.Event()

    async def lazy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await has_read.wait()

    async with behind_the_door(lazy) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head(first="POST /upload HTTP/1.1") + b"x" * (64 << 20))

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.5)

        has_read.set()
        writer.transport.abort()


async def test_an_answer_that_comes_before_the_body_is_read_arrives() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Content Too Large\r\n\r\n")
        await writer.drain()
        writer.write_eof()
        await reader.read()

    async with behind_the_door(refuse) as port:
        answer = await ask(port, "token", b"x" * 1000)

    assert answer.startswith(b"HTTP/1.1 413 ")


def naming(name: str) -> Handler:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\n\r\n{name}".encode())
        await writer.drain()

    return answer


async def ask(port: int, token: str, body: bytes = b"") -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(f"Cookie: {COOKIE}={token}") + body)
    answer = await reader.read()
    writer.close()
    return answer


@asynccontextmanager
async def behind_the_door(*handlers: Handler | None) -> AsyncIterator[int]:
    """The port of a proxy before one process for each handler; for None nobody listens."""

    def closing(handler: Handler) -> Handler:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await handler(reader, writer)
            finally:
                writer.close()

        return handle

    ports = [free_port() for _ in handlers]
    servers = [
        await asyncio.start_server(closing(handler), "127.0.0.1", port)
        for handler, port in zip(handlers, ports, strict=True)
        if handler is not None
    ]
    proxy, port = StickyProxy(ports), free_port()
    await proxy.bind("127.0.0.1", port)
    await proxy.start()
    try:
        yield port
    finally:
        await proxy.stop()
        for server in servers:
            server.close()
            await server.wait_closed()
