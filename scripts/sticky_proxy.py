"""The door of `make cluster`: one port for all web processes, and each browser keeps to one.

A page lives in the process that built it, so its socket must come back there. Who has signed in
is told by the session's cookie, others by their address. One request a connection: what follows
the head is passed on unread, both ways, at the pace of the slower side.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

_COOKIE = "stillwatch_session"
_LARGEST_HEAD = 64 * 1024
_SECONDS_FOR_HEAD = 60.0
_SECONDS_TO_CONNECT = 2.0
_SECONDS_TO_ANSWER_EARLY = 5.0
_CHUNK = 64 * 1024
# What a client says about its own address or connection is not for those behind us.
_OURS = frozenset(
    {
        *("connection", "keep-alive", "proxy-connection", "upgrade"),
        *("forwarded", "x-real-ip", "x-forwarded-for", "x-forwarded-proto"),
        *("x-forwarded-host", "x-forwarded-port", "x-forwarded-prefix"),
    }
)


class StickyProxy:
    """Passes connections on to web processes on ports of 127.0.0.1."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = tuple(ports)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def bind(self, host: str, port: int) -> None:
        """Take the address, without answering on it yet. Raises `OSError` when it is taken."""
        self._server = await asyncio.start_server(
            self._serve, host, port, limit=_LARGEST_HEAD, start_serving=False
        )

    async def start(self) -> None:
        """Answer from now on."""
        assert self._server is not None
        await self._server.start_serving()

    async def stop(self) -> None:
        """Take no more connections and end those that are open."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await self._pass_on(reader, writer)
        except (OSError, EOFError, TimeoutError, asyncio.CancelledError):
            pass  # one of the two has gone, or we stop: there is nobody left to tell
        finally:
            self._connections.discard(task)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _SECONDS_FOR_HEAD)
            peer = writer.get_extra_info("peername") or ("unknown",)
            request = read_head(head, str(peer[0]))
        except (asyncio.LimitOverrunError, ValueError):
            await _answer(writer, "400 Bad Request", "This is no request we understand.")
            return
        backend = await self._connect(request.key)
        if backend is None:
            await _answer(writer, "502 Bad Gateway", "No web process answers. Try again soon.")
            return
        try:
            backend[1].write(request.head)
            await _exchange((reader, writer), backend)
        finally:
            backend[1].close()

    async def _connect(self, key: str) -> "_Ends | None":
        for port in by_preference(key, self._ports):
            with contextlib.suppress(OSError, TimeoutError):
                return await asyncio.wait_for(
                    asyncio.open_connection("127.0.0.1", port), _SECONDS_TO_CONNECT
                )
        return None


_Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Request:
    """What is passed on in place of a request's head, and whom the request is from."""

    head: bytes
    key: str


def read_head(head: bytes, peer: str) -> Request:
    """Rewrite the head of a request that came from `peer`. Raises `ValueError` for nonsense."""
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, _target, version = first.split(" ")
    if not first.isprintable():
        raise ValueError("a request line is one line")
    fields = [_field(line) for line in lines]
    values = {name.lower(): value for name, value in fields}
    is_upgrade = (
        method == "GET"
        and version == "HTTP/1.1"
        and "upgrade" in values.get("connection", "").lower()
        and values.get("upgrade", "").lower() == "websocket"
    )
    kept = [f"{name}: {value}" for name, value in fields if name.lower() not in _OURS]
    ending = ["Connection: Upgrade", "Upgrade: websocket"] if is_upgrade else ["Connection: close"]
    own = [f"X-Forwarded-For: {peer}", "X-Forwarded-Proto: http", *ending]
    text = "\r\n".join([first, *kept, *own]) + "\r\n\r\n"
    return Request(text.encode("latin-1"), _session(values.get("cookie", "")) or peer)


def by_preference(key: str, ports: Sequence[int]) -> list[int]:
    """The ports in the order in which `key` prefers them: the same for all that have the key,
    and without one of them the others keep theirs."""
    return sorted(ports, key=lambda port: hashlib.blake2b(f"{port} {key}".encode()).digest())


def _field(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    # A folded line, or a bare line feed, would be two things to two readers.
    if not colon or not name or set(name) & set(" \t\r\n\0") or set(value) & set("\r\n\0"):
        raise ValueError("this is no header field")
    return name, value.strip()


def _session(cookies: str) -> str:
    for cookie in cookies.split(";"):
        name, _, value = cookie.strip().partition("=")
        if name == _COOKIE:
            return value
    return ""


async def _exchange(client: _Ends, backend: _Ends) -> None:
    down = asyncio.create_task(_pump(backend[0], client[1]))
    up = asyncio.create_task(_pump(client[0], backend[1]))
    try:
        await asyncio.wait({down, up}, return_when=asyncio.FIRST_COMPLETED)
        if not down.done() and not up.result():
            # The process stopped listening, as it does when it refuses: let it say why.
            await asyncio.wait({down}, timeout=_SECONDS_TO_ANSWER_EARLY)
    finally:
        for direction in (down, up):
            direction.cancel()
        await asyncio.gather(down, up, return_exceptions=True)


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> bool:
    """Pass on until one of the two ends; return whether it was the source."""
    try:
        while chunk := await source.read(_CHUNK):
            try:
                target.write(chunk)
                await target.drain()
            except OSError:
                return False
    except OSError:
        pass
    return True


async def _answer(writer: asyncio.StreamWriter, status: str, text: str) -> None:
    body = f"{text}\n".encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
