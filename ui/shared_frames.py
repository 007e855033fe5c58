"""Websockets that can all be handed the same bytes: a text is compressed and framed once.

A connection that compresses with what it has sent before has its own bytes for every text, and
keeps some 45 kB to make them. Here each text is compressed by itself: it takes more bytes on the
wire, no memory while the page is silent, and is the same for everybody.
"""

import weakref
from collections.abc import Mapping
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import (
    PerMessageDeflate,
    ServerPerMessageDeflateFactory,
)
from websockets.frames import Frame, Opcode
from websockets.protocol import State

_EXTENSION = "stillwatch.shared_frames"
# Its windows last for one text: wide enough for most, and quick to make.
_COMPRESSION = ServerPerMessageDeflateFactory(
    server_no_context_takeover=True,
    client_no_context_takeover=True,
    server_max_window_bits=12,
    client_max_window_bits=12,
    compress_settings={"memLevel": 5},
)


class SharedText:
    """A text for many sockets, framed once for each way in which they compress."""

    def __init__(self, text: str) -> None:
        self._frame = Frame(Opcode.TEXT, text.encode())
        self._bytes: dict[int | None, bytes] = {}

    def bytes_for(self, extensions: list[Extension]) -> bytes:
        """Its frame for a connection that has agreed on `extensions`."""
        bits = _window_bits(extensions)
        if bits not in self._bytes:
            self._bytes[bits] = self._frame.serialize(mask=False, extensions=extensions)
        return self._bytes[bits]


class SharingSocket(WebSocketsSansIOProtocol):
    """The server's websocket; an application finds it among the extensions of its scope."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn.available_extensions = [_COMPRESSION]
        self._waiting = 0

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, Any] = self.scope["extensions"] or {}
            # Weak, or the two would keep each other until somebody collects them.
            found: Any = weakref.ref(self)
            self.scope["extensions"] = {**extensions, _EXTENSION: found}

    async def send(self, message: Any) -> None:
        if self.writable.is_set():
            await super().send(message)
            return
        self._waiting += 1
        try:
            await super().send(message)
        finally:
            self._waiting -= 1

    def write_shared(self, text: SharedText) -> bool:
        """Write at once; False if it must wait for its turn, or there is nobody to read it."""
        if self._waiting or not self.writable.is_set() or not self._is_open:
            return False
        self.transport.write(text.bytes_for(self.conn.extensions))
        return True

    @property
    def _is_open(self) -> bool:
        is_up = self.handshake_complete and self.conn.state is State.OPEN
        return is_up and not self.transport.is_closing()


def sharing_socket(scope: Mapping[str, Any]) -> SharingSocket | None:
    """The socket under an application's scope; None where another server serves it."""
    found = (scope.get("extensions") or {}).get(_EXTENSION)
    socket: SharingSocket | None = found and found()
    return socket


def _window_bits(extensions: list[Extension]) -> int | None:
    for extension in extensions:
        if isinstance(extension, PerMessageDeflate):
            return extension.local_max_window_bits
    return None
