"""What stands before the programs' routes: a live token, then a body of bearable size."""

from collections.abc import Callable, Mapping

from fastapi import Request
from sqlalchemy.exc import OperationalError
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import busy, problem, unauthorised
from policy.wording import said
from services import api_tokens
from services.api_tokens import Program
from services.database import Database

LARGEST_BODY = 256 * 1024
_LONGEST_TOKEN = 200
_MOST_DISCARDED = 64 << 20


async def find_program(headers: Mapping[str, str], database: Database) -> Program | None:
    """Whose token a request shows, while it lives."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not 0 < len(token) <= _LONGEST_TOKEN:
        return None
    return await database.read(lambda session: api_tokens.find_program(session, token))


def program_of(request: Request) -> Program:
    """The program that the gate let through."""
    program: Program = request.state.program
    return program


def _refusal(_scope: Scope, told: str) -> Response:
    return problem(413, told)


class TokenGate:
    """ASGI middleware that puts the program on the request, or refuses; reads no body before."""

    def __init__(self, app: ASGIApp, database: Database, open_paths: frozenset[str]) -> None:
        self._app = app
        self._database = database
        self._open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].removeprefix(scope.get("root_path", "")) not in self._open_paths:
            try:
                program = await find_program(Request(scope).headers, self._database)
            except OperationalError as error:
                await busy(error)(scope, receive, send)
                return
            if program is None:
                await unauthorised()(scope, receive, send)
                return
            scope.setdefault("state", {})["program"] = program
        await self._app(scope, receive, send)


class BodyLimit:
    """ASGI middleware that takes a whole body before anybody parses it, and no huge one."""

    def __init__(
        self,
        app: ASGIApp,
        largest: int = LARGEST_BODY,
        refusal: Callable[[Scope, str], Response] = _refusal,
    ) -> None:
        self._app = app
        self._largest = largest
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await self._read(scope, receive)
        if body is None:
            told = said("A body may have at most {kib} KiB.", kib=self._largest // 1024)
            await self._refusal(scope, told)(scope, receive, send)
            return
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return unread.pop() if unread else await receive()

        await self._app(scope, replay, send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        # What is said of the length spares keeping it; what is not said is counted.
        said = Request(scope).headers.get("content-length", "")
        is_huge = said.isdigit() and (len(said) > 12 or int(said) > self._largest)
        body, seen = bytearray(), 0
        while True:
            message = await receive()
            if message["type"] != "http.request":  # the client has gone
                return None if is_huge else bytes(body)
            part = message.get("body", b"")
            seen += len(part)
            is_huge = is_huge or seen > self._largest
            if is_huge:
                # Thrown away, up to a point: who is still sending does not read the refusal.
                body.clear()
            else:
                body += part
            if not message.get("more_body", False) or seen > _MOST_DISCARDED:
                return None if is_huge else bytes(body)
