"""One socket's line to the framework: what it may say, and how fast it is listened to.

It stands before anything is parsed. What no page's script says is not handed on: the framework
would stumble over it, with a traceback each time.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from starlette.types import Message, Receive, Scope, Send

from policy.socket_pace import Haste, SocketPace
from services import metrics

# An answer to a ping, a hello, a farewell, and what the door has a handler for; no attachments.
_HELLO = "40"
_SAYABLE = re.compile(
    r'3|41|42\d{0,9}\[\s?"(?:event|javascript_response|ack|log|handshake)"\s?,', re.ASCII
)
# A browser names its page with the first message; who has none is told so, and goes.
_ENTERING_SECONDS = 10.0
# While reads wait for a thread, sockets in a hurry are heard so often, all together.
_SECONDS_BEHIND = 0.05
_POLICY_VIOLATION = 1008
_log = logging.getLogger("stillwatch.socket")


def line_of(scope: Scope) -> "SocketLine | None":
    """The line that a socket came by; None where nothing limits it, as in a test's own frame."""
    found: SocketLine | None = scope.get("state", {}).get("line")
    return found


class Turns:
    """Sockets in a hurry go on one after another, a turn of the loop each, behind everybody else.

    And rarely while reads wait for a thread (`is_behind`), or theirs would wait before others'.
    """

    def __init__(self, is_behind: Callable[[], bool]) -> None:
        self._is_behind = is_behind
        self._one = asyncio.Lock()

    async def wait(self) -> None:
        async with self._one:
            await asyncio.sleep(_SECONDS_BEHIND if self._is_behind() else 0)


@dataclass(slots=True)
class SocketLine:
    """`receive` and `send` of one socket, for the framework in place of the server's own."""

    server_receive: Receive
    send: Send
    pace: SocketPace
    turns: Turns
    entered: bool = False
    is_cut_for: str | None = None
    _has_said_hello: bool = False
    _is_told: bool = False
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _began: float = 0.0

    GONE: ClassVar[Message] = {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}

    def __post_init__(self) -> None:
        self._began = self._loop.time()

    async def receive(self) -> Message:
        """The next message that the framework may hear, when it is its turn."""
        message = await self._next()
        if message["type"] != "websocket.receive":
            return message
        text = message.get("text") or ""  # bytes are attachments, which no page of ours sends
        if not self._is_sayable(text):
            return await self.cut("malformed")
        turn = self.pace.take(self._loop.time(), len(text))
        if turn.haste is Haste.TOO_MUCH:
            return await self.cut("too_fast")
        if turn.wait:
            # Meanwhile the server reads no more, and the other side's sending comes to a stand.
            self._tell_once()
            await asyncio.sleep(turn.wait)
        if turn.haste is not Haste.NONE:
            await self.turns.wait()
        return message

    async def cut(self, reason: str) -> Message:
        """End the connection, and count it once."""
        if self.is_cut_for is None:
            self.is_cut_for = reason
            metrics.socket_refusals.labels(reason).inc()
            _log.warning("socket cut: %s", reason)
            await self.send(
                {"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": reason}
            )
        return self.GONE

    async def _next(self) -> Message:
        while not self.entered:
            try:
                async with asyncio.timeout_at(self._began + _ENTERING_SECONDS):
                    return await self.server_receive()
            except TimeoutError:
                if not self.entered:
                    return await self.cut("no_page")
        return await self.server_receive()

    def _is_sayable(self, text: str) -> bool:
        if text == _HELLO:
            # A second one would be a second socket on the same line, counted by nobody.
            is_first, self._has_said_hello = not self._has_said_hello, True
            return is_first
        return _SAYABLE.match(text) is not None

    def _tell_once(self) -> None:
        if not self._is_told:
            self._is_told = True
            metrics.sockets_held.inc()
            _log.info("a socket is held to its pace")
