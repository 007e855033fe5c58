"""The web server's websocket, read no faster than it is listened to.

The server parses all that one read brings, up to 256 KiB, before anybody may stop it: tens of
thousands of frames, for as long as half a second. It answers every ping, keeps every empty
fragment, and hears who reads nothing back (read in uvicorn 0.54). All that is mended here, beneath
the application; how fast messages are listened to is decided above, in `ui/socket_line.py`.
"""

import asyncio
import logging
from typing import Any

from websockets.frames import Frame

from policy.allowance import Allowance
from services import metrics
from ui.shared_frames import SharingSocket

# A slice holds at most 170 frames.
_SLICE = 1024
# What no page sends, and its browser hardly: pings, pongs, fragments, and words after a farewell.
_ASIDES_PER_SECOND = 2.0
_ASIDES_AT_ONCE = 64.0
# So long a browser may be stuck with what was sent to it; then it is gone, or plays dead.
_STUCK_SECONDS = 20.0
_TOO_LARGE = 1009
_log = logging.getLogger("stillwatch.socket")


class PatientSocket(SharingSocket):
    """For `uvicorn.run(ws=…)`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._unread = bytearray()
        self._asides = Allowance.full(_ASIDES_PER_SECOND, _ASIDES_AT_ONCE, self.loop.time())
        self._giving_up: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        self._unread += data
        self._read_on()

    async def receive(self) -> Any:
        message = await super().receive()
        self._read_on()
        return message

    def pause_writing(self) -> None:
        super().pause_writing()
        self._keep()
        self._giving_up = self.loop.call_later(_STUCK_SECONDS, self._cut, "not_reading")

    def resume_writing(self) -> None:
        super().resume_writing()
        self._keep()
        self._read_on()

    def connection_lost(self, exc: Exception | None) -> None:
        self._keep()
        self._unread.clear()
        super().connection_lost(exc)

    def handle_ping(self) -> None:
        self._count_aside()
        super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        self._count_aside()
        super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        self._count_aside()
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        if self.close_sent:
            self._count_aside()
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        # The server says farewell and closes by itself.
        sent = self.conn.close_sent
        reason = "too_large" if sent is not None and sent.code == _TOO_LARGE else "malformed"
        metrics.socket_refusals.labels(reason).inc()
        _log.warning("socket cut: %s", reason)
        super().handle_parser_exception()

    def _read_on(self) -> None:
        """Parse slice by slice, until somebody has a whole message to listen to."""
        # Who does not read is not read from: what is asked would only add to what is stuck.
        while self._may_read:
            part = bytes(self._unread[:_SLICE])
            del self._unread[:_SLICE]
            super().data_received(part)
        if self._is_over:
            self._unread.clear()
        elif self._unread or not self.writable.is_set():
            self.transport.pause_reading()
        elif not self.read_paused:
            self.transport.resume_reading()

    @property
    def _may_read(self) -> bool:
        is_wanted = not self.read_paused and self.writable.is_set()
        return bool(self._unread) and is_wanted and not self._is_over

    @property
    def _is_over(self) -> bool:
        return self.disconnected or self.transport.is_closing()

    def _count_aside(self) -> None:
        if self._asides.spend(self.loop.time()) > 0:
            self._cut("asides")

    def _cut(self, reason: str) -> None:
        """Without a farewell, which would wait behind what is stuck."""
        self._unread.clear()
        if not self._is_over:
            metrics.socket_refusals.labels(reason).inc()
            _log.warning("socket cut: %s", reason)
            self.transport.abort()

    def _keep(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None
