"""How many pages one sign-in and one address may open: each costs the loop's time, and memory."""

import asyncio
import math
from collections.abc import Callable

from nicegui import Client, __version__
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from policy.allowance import Allowances
from policy.wording import said
from services import metrics
from ui.building_turns import BuildingTurns
from ui.crowd import Crowd, Party
from ui.session_cookie import session_of

# A page that was fetched and never came to life stays for a minute, with all its elements.
_SILENT_FOR_EACH_SOCKET = 16
_SILENT_SECONDS = 60
# So many in a row are a person's, who opens all that a list shows.
_UNHURRIED = 20
_NO_PAGES = (
    *("/static/", "/api/", f"/_nicegui/{__version__}/", "/_nicegui_ws/"),
    *("/healthz", "/readyz", "/metrics", "/favicon.ico"),
)

Refusal = Callable[[Scope, str, int], Response]


class PageLimits:
    """ASGI middleware before the sign-in is looked up; what is loaded as a file counts alike."""

    def __init__(self, app: ASGIApp, crowd: Crowd, refusal: Refusal) -> None:
        self._app = app
        self._crowd = crowd
        self._refusal = refusal
        self._of_session = _minute(crowd.limits.pages_per_session)
        self._of_address = _minute(crowd.limits.pages_per_address)
        self._turns = BuildingTurns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_opening(scope):
            await self._app(scope, receive, send)
            return
        party = Party.of(scope)
        refusal = self._too_many(scope, party) or self._too_often(scope, party)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        async with self._turns.taken_by(party, is_hurried=self._is_hurried(party)) as turn:

            async def tell(message: Message) -> None:
                if message["type"] == "http.response.start":
                    turn.end()  # it is built: how slowly it is taken is nobody else's concern
                await send(message)

            await self._app(scope, receive, tell)

    def _too_many(self, scope: Scope, party: Party) -> Response | None:
        most_silent = _SILENT_FOR_EACH_SOCKET * self._crowd.limits.sockets_per_session
        if party.session and _silent_pages_of(party.session) >= most_silent:
            return self._refuse(scope, "silent", _SILENT_SECONDS)
        reason = self._crowd.full_for(party)
        return self._refuse(scope, reason, _SILENT_SECONDS) if reason else None

    def _too_often(self, scope: Scope, party: Party) -> Response | None:
        now = asyncio.get_running_loop().time()
        allowances = [self._of_address.of(party.address, now)]
        if party.session:
            allowances.append(self._of_session.of(party.session, now))
        wait = max(allowance.wait_for(now) for allowance in allowances)
        if wait:
            return self._refuse(scope, "too_often", math.ceil(wait))
        for allowance in allowances:
            allowance.spend(now)
        return None

    def _is_hurried(self, party: Party) -> bool:
        now = asyncio.get_running_loop().time()
        allowance = (
            self._of_session.of(party.session, now)
            if party.session
            else self._of_address.of(party.address, now)
        )
        return allowance.left(now) < allowance.burst - _UNHURRIED

    def _refuse(self, scope: Scope, reason: str, seconds: int) -> Response:
        metrics.page_refusals.labels(reason).inc()
        return self._refusal(scope, _TOLD[reason], seconds)


_CLOSE = said("So many pages are open already. Close some of them, and try again.")
_TOLD = {
    "too_often": said("Too many pages were opened in a short time. Wait a moment, and try again."),
    "full_session": _CLOSE,
    "silent": _CLOSE,
    "full_address": said(
        "So many pages are open from your network that there is no room for another. "
        "Close some of them, and try again."
    ),
}


def _minute(pages: int) -> Allowances:
    """So many come together after a restart, and again within the next minute."""
    return Allowances(pages / 60, pages)


def _is_opening(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] in {"GET", "HEAD"}
        and not scope["path"].startswith(_NO_PAGES)
    )


def _silent_pages_of(session: str) -> int:
    """Pages of a sign-in that no browser is connected to, on a page's way in or out."""
    return sum(
        not client.has_socket_connection and session_of(client.request) == session
        for client in Client.instances.values()
    )
