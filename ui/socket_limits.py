"""How many sockets one sign-in and one address may have, before any of them is accepted."""

import asyncio
import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from policy.allowance import Allowances
from policy.socket_pace import SocketPace
from services import metrics
from ui.crowd import Crowd, Party
from ui.socket_line import SocketLine, Turns

# Each page that is loaded anew after a restart comes twice: with its old id, and with the new one.
_SOCKETS_OF_A_PAGE = 2
# Whoever was cut for haste has used up this many tries: coming back is no way around a pace.
_PRICE_OF_A_CUT = 10.0
_log = logging.getLogger("stillwatch.socket")


class SocketLimits:
    """ASGI middleware around the framework's sockets; what is no websocket passes."""

    def __init__(self, app: ASGIApp, crowd: Crowd, turns: Turns) -> None:
        self._app = app
        self._crowd = crowd
        self._turns = turns
        limits = crowd.limits
        self._tries_of_session = _tries(limits.pages_per_session)
        self._tries_of_address = _tries(limits.pages_per_address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        party, now = Party.of(scope), asyncio.get_running_loop().time()
        reason = self._crowd.full_for(party) or self._too_often(party, now)
        if reason:
            await _refuse(reason, receive, send)
            return
        pace = SocketPace(self._crowd.limits.events_per_second, now)
        line = SocketLine(receive, send, pace, self._turns)
        scope.setdefault("state", {})["line"] = line
        with self._crowd.joined_by(party):
            await self._app(scope, line.receive, send)
        if line.is_cut_for:
            self._spend(party, _PRICE_OF_A_CUT)

    def _too_often(self, party: Party, now: float) -> str | None:
        address = self._tries_of_address.of(party.address, now)
        session = self._tries_of_session.of(party.session, now) if party.session else None
        if address.wait_for(now) or (session is not None and session.wait_for(now)):
            return "too_often"
        self._spend(party, 1.0)
        return None

    def _spend(self, party: Party, cost: float) -> None:
        now = asyncio.get_running_loop().time()
        self._tries_of_address.of(party.address, now).spend(now, cost)
        if party.session:
            self._tries_of_session.of(party.session, now).spend(now, cost)


def _tries(pages_per_minute: int) -> Allowances:
    tries = _SOCKETS_OF_A_PAGE * pages_per_minute
    return Allowances(tries / 60, tries)


async def _refuse(reason: str, receive: Receive, send: Send) -> None:
    metrics.socket_refusals.labels(reason).inc()
    # A crowd of them is told by the count; a line for each would be one more thing to flood.
    _log.debug("socket refused: %s", reason)
    await receive()
    await send(_START)
    await send({"type": "websocket.http.response.body", "body": b"Too many connections."})


_START: Message = {
    "type": "websocket.http.response.start",
    "status": 429,
    "headers": [(b"retry-after", b"30")],
}
