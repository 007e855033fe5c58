"""A line for every request, an id to find it by, and a decent page where the code failed."""

import logging
import re
import time
from typing import Any

from sqlalchemy.exc import OperationalError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.failed import failed_page, failed_program
from api.words import ReaderOf, english
from services.journal.about import about_request, new_id

_HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{3,63}")
# What is asked for all the time and says nothing, unless it fails.
_QUIET = ("/healthz", "/readyz", "/metrics", "/static/", "/_nicegui/", "/favicon.ico")
_LONGEST_PATH = 300
_access = logging.getLogger("stillwatch.access")
_log = logging.getLogger("stillwatch.web")


class RequestLog:
    """ASGI middleware around everything else.

    The id is our own, because people quote it to us; one that a proxy sends along is logged beside.
    """

    def __init__(self, app: ASGIApp, reader_of: ReaderOf = english) -> None:
        self._app = app
        self._reader_of = reader_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = new_id()
        with about_request(request_id):
            if scope["type"] == "websocket":
                await self._app(scope, receive, send)
            else:
                await _Exchange(scope, send, request_id, self._reader_of).run(self._app, receive)


class _Exchange:
    """One request and its response."""

    def __init__(self, scope: Scope, send: Send, request_id: str, reader_of: ReaderOf) -> None:
        self._scope = scope
        self._reader_of = reader_of
        self._send = send
        self._id = request_id
        self._status = 0
        self._began = time.perf_counter()

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        try:
            await app(self._scope, receive, self._note)
        except Exception as error:
            _tell(error)
            if not self._status:
                await self._failed(error)(self._scope, receive, self._note)
        finally:
            self._write()

    def _failed(self, error: Exception) -> Response:
        if self._scope["path"].startswith("/api/"):
            return failed_program(self._id, error)
        return failed_page(self._id, error, self._reader_of(Request(self._scope)))

    async def _note(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            MutableHeaders(scope=message)[_HEADER] = self._id
        await self._send(message)

    def _write(self) -> None:
        path = self._scope["path"]
        is_quiet = path.startswith(_QUIET) and self._status < 500
        told = {
            "method": self._scope["method"],
            "path": (path if path.isprintable() else ascii(path))[:_LONGEST_PATH],
            "status": self._status,
            "ms": round(1000 * (time.perf_counter() - self._began), 1),
            **_who(self._scope.get("state") or {}),
            **_upstream(Headers(scope=self._scope).get(_HEADER)),
        }
        _access.log(logging.DEBUG if is_quiet else logging.INFO, "request", extra=told)


def _who(state: Any) -> dict[str, Any]:
    viewer, program, page = (state.get(name) for name in ("viewer", "program", "page"))
    who = {
        "user": viewer and viewer.user_id,
        "program": program and program.token_id,
        "page": page,
    }
    return {name: value for name, value in who.items() if value is not None}


def _upstream(said: str | None) -> dict[str, str]:
    return {"upstream_request": said} if said and _SANE.fullmatch(said) else {}


def _tell(error: Exception) -> None:
    if isinstance(error, OperationalError):
        _log.error("the database cannot serve a request: %s", str(error.orig).partition("\n")[0])
    else:
        _log.error("a request failed", exc_info=error)
