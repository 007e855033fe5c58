"""Whose socket is whose: a socket acts only on the page that its own sign-in has opened.

The framework finds a page by the id that a message names, whoever sends it, and accepts any origin
(read in its 3.18; `docs/security.md` tells of the attacks). All that mends this is here.
"""

import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import socketio
from nicegui import Client, core

from services import metrics
from ui.heard_values import is_sayable
from ui.origins import is_own_origin
from ui.session_cookie import is_of_same_session
from ui.socket_line import line_of

# What a page's socket may say. A handler that is not here would act for whoever names a page.
_ACTS_ON_A_PAGE = frozenset({"event", "javascript_response", "ack", "log"})
_HANDLERS = _ACTS_ON_A_PAGE | {"connect", "handshake", "disconnect"}
_LEVELS = frozenset({"debug", "info", "warning", "error"})
_LONGEST_LOG = 300
# What the framework's own code meets in a message that no page sends; listeners' errors stay there.
_STUMBLES = (KeyError, TypeError, ValueError, RecursionError)
_log = logging.getLogger("stillwatch.socket")

Handler = Callable[..., Any]


class SocketDoorError(Exception):
    """The framework is not what this door was built for; nobody must be let in until it is read."""


def guard_sockets(public_url: str) -> None:
    """Stand before the framework's socket handlers. Raises `SocketDoorError`."""
    sio = core.sio
    handlers = _handlers_of(sio)
    # Any site could open a socket here; a browser tells truly from which one it comes.
    sio.eio.cors_allowed_origins = partial(_accept_origin, public_url)
    # All limits stand at websockets; what comes by ordinary requests would pass them by.
    sio.eio.transports = ["websocket"]
    core.app.config.socket_io_js_transports = ["websocket"]
    door = _Door(sio)
    checks: dict[str, Callable[..., Awaitable[Any]]] = {
        "connect": door.connect,
        "handshake": door.handshake,
        "disconnect": door.disconnect,
        **dict.fromkeys(_ACTS_ON_A_PAGE, door.act),
        "event": door.hear,
    }
    for name, check in checks.items():
        handlers[name] = _guarded(handlers[name], check)
    lines = sio.eio.handlers
    lines["message"] = _guarded(inspect.unwrap(lines["message"]), door.read)
    # What a browser asks to be logged is anybody's text: one short line of it, no more.
    handlers["log"] = _guarded(handlers["log"], _tame_log)


def _guarded(handle: Handler, check: Callable[..., Awaitable[Any]]) -> Handler:
    """The framework's handler with our check before it."""

    async def checked(*arguments: Any) -> Any:
        return await check(handle, *arguments)

    checked.__wrapped__ = handle  # type: ignore[attr-defined]
    return checked


class _Door:
    """Which socket was let in to which page."""

    def __init__(self, sio: socketio.AsyncServer) -> None:
        self._sio = sio
        self._pages: dict[str, str] = {}

    async def connect(self, handle: Handler, sid: str, environ: Any, _auth: Any = None) -> Any:
        query = parse_qs(environ.get("QUERY_STRING", ""))
        client_id = query.get("client_id", [""])[0]
        # Also of one that means to shake hands later: who has no page has no business here.
        if not self._may_enter(sid, client_id, environ):
            # The framework's own words: its script answers them by loading the page anew.
            raise socketio.exceptions.ConnectionRefusedError("Implicit handshake failed")
        self._pages[sid] = client_id
        try:
            answer = await _call(handle, sid, environ)
        except _STUMBLES as error:
            self._pages.pop(sid, None)
            _count(sid, "malformed", logging.WARNING)
            raise socketio.exceptions.ConnectionRefusedError("malformed") from error
        except BaseException:
            self._pages.pop(sid, None)
            raise
        if line := line_of(environ.get("asgi.scope", {})):
            line.entered = True
        return answer

    async def handshake(self, handle: Handler, sid: str, message: Any) -> Any:
        # A second message may name another page than the address that the socket was opened by.
        client_id = message.get("client_id") if isinstance(message, Mapping) else None
        if self._pages.get(sid) != client_id:
            await self._refuse(sid, "other_page")
            return False
        # And the sign-in is looked at again: between the two the page may have become another's.
        if not self._may_enter(sid, str(client_id), self._sio.get_environ(sid)):
            return False
        return await self._heed(handle, sid, message)

    async def disconnect(self, handle: Handler, sid: str, *_reason: Any) -> Any:
        self._pages.pop(sid, None)
        return await _call(handle, sid)

    async def act(self, handle: Handler, sid: str, message: Any = None, *_more: Any) -> Any:
        # The framework looks only at the id in the message: a page is found by who sends instead.
        own = self._pages.get(sid)
        if own is None or not isinstance(message, Mapping) or message.get("client_id") != own:
            await self._refuse(sid, "other_page")
            return None
        return await self._heed(handle, sid, message)

    async def read(self, handle: Handler, connection: str, text: Any) -> None:
        """Whatever comes over a line, before it is known what it is."""
        try:
            await _call(handle, connection, text)
        except _STUMBLES:
            # It is not even JSON.
            if line := line_of(self._sio.environ.get(connection, {}).get("asgi.scope", {})):
                await line.cut("malformed")

    async def hear(self, handle: Handler, sid: str, message: Any = None, *_more: Any) -> Any:
        # What the page could never say is not heard: no listener has to be ready for anything.
        return await self.act(partial(_hear_sayable, handle), sid, message)

    async def _heed(self, handle: Handler, sid: str, message: Any) -> Any:
        try:
            return await _call(handle, sid, message)
        except _STUMBLES:
            # A field that the framework takes for granted is none, or is missing.
            await self._refuse(sid, "malformed")
            return False

    def _may_enter(self, sid: str, client_id: str, environ: Mapping[str, Any]) -> bool:
        client = Client.instances.get(client_id)
        if client is None:
            # A page of a process that has ended; its browser is told to load it anew.
            _count(sid, "unknown_page", logging.DEBUG)
            return False
        # Whoever learns a page's id (it rides in an address) lacks the cookie that opened it; and
        # a browser that has signed in anew must not go on with a page of the sign-in before.
        if not is_of_same_session(client.request, environ.get("HTTP_COOKIE", "")):
            _count(sid, "other_session", logging.WARNING)
            return False
        return True

    async def _refuse(self, sid: str, reason: str) -> None:
        _count(sid, reason, logging.WARNING)
        # One try a connection: no browser says such a thing, and a flood of it would fill the log.
        await self._sio.disconnect(sid)


def _handlers_of(sio: socketio.AsyncServer) -> dict[str, Any]:
    """The framework's handlers by name, without what an earlier call put before them."""
    named = sio.handlers.get("/", {})
    if set(sio.handlers) != {"/"} or set(named) != _HANDLERS or sio.namespace_handlers:
        unknown = sorted(set(named) ^ _HANDLERS) or sorted(sio.handlers)
        raise SocketDoorError(f"Nobody has looked at the framework's socket handlers {unknown}.")
    for name, handler in named.items():
        named[name] = inspect.unwrap(handler)
        if named[name].__module__ != "nicegui.nicegui":
            raise SocketDoorError(f"The socket handler {name!r} is none of the framework's.")
    if not hasattr(sio.eio, "cors_allowed_origins") or not hasattr(sio.eio, "transports"):
        raise SocketDoorError("The socket's server does not look at origins any more.")
    return named


def _accept_origin(public_url: str, origin: str | None, environ: Mapping[str, Any]) -> bool:
    if is_own_origin(origin or "", public_url, environ.get("HTTP_HOST", "")):
        return True
    _count("", "origin", logging.DEBUG)  # the socket's server says so itself, once
    return False


async def _hear_sayable(handle: Handler, sid: str, message: Mapping[str, Any]) -> None:
    client = Client.instances.get(message["client_id"])
    if client is not None and not is_sayable(client, message):
        _count(sid, "unsayable", logging.DEBUG)  # a flood would fill the log
        return
    await _call(handle, sid, message)


async def _tame_log(handle: Handler, sid: str, message: Any = None, *_more: Any) -> None:
    if isinstance(message, Mapping):
        text = str(message.get("message", ""))[:_LONGEST_LOG]
        plain = "".join(letter if letter.isprintable() else " " for letter in text)
        level = str(message.get("level"))
        known = level if level in _LEVELS else "info"
        message = {**message, "level": known, "message": plain}
    await handle(sid, message)


def _count(sid: str, reason: str, level: int) -> None:
    metrics.socket_refusals.labels(reason).inc()
    _log.log(level, "socket refused: %s (%s)", reason, sid[:4])


async def _call(handle: Handler, *arguments: Any) -> Any:
    answer = handle(*arguments)
    return await answer if hasattr(answer, "__await__") else answer
