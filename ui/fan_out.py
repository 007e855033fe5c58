"""One message, encoded once, handed to all the sockets that it is for.

The framework's own way makes a task for each recipient and waits for all of them, and each socket
has a writer that makes one more. Handing over never waits, so that nothing here is asynchronous.
What goes to a socket stays in order: it is written at once when nothing waits there to be written,
and else put into the socket's queue.
"""

from typing import Any

from engineio.async_socket import AsyncSocket
from engineio.packet import MESSAGE
from engineio.packet import Packet as Parcel
from nicegui import core
from socketio.packet import EVENT

from ui.as_read import digest_of
from ui.shared_frames import SharedText, sharing_socket

# Of what decides when a queue is empty and its writer done. Where it is another, all goes through
# the queues. After an upgrade: read it again, then note it here.
READ = "cb7e6483472725b1"
_read = (AsyncSocket.poll, AsyncSocket.send, AsyncSocket._websocket_handler)
_is_as_read = digest_of(_read) == READ
_NAMESPACE = "/"


def letter_of(event: str, payload: str) -> "Letter":
    """An event whose payload is JSON already, to be handed over page by page.

    What is sent so carries no number of the page's outbox: no browser acknowledges it, and none
    gets it a second time.
    """
    return Letter(f'{EVENT}["{event}",{payload}]')


def send_to_room(room: str, event: str, data: Any) -> None:
    """Send an event to every socket of one page."""
    encoded = core.sio.packet_class(EVENT, namespace=_NAMESPACE, data=[event, data]).encode()
    # What holds bytes is a list: they follow as parts of their own.
    letters = [Letter(part) for part in (encoded if isinstance(encoded, list) else [encoded])]
    for socket_id in _sockets_in(room):
        for letter in letters:
            letter.post(socket_id)


class Letter:
    """One packet for many sockets."""

    def __init__(self, content: str | bytes) -> None:
        # In bytes: a letter of a text may be two of them.
        self.length = len(content.encode() if isinstance(content, str) else content)
        self._parcel = Parcel(MESSAGE, content)
        is_text = isinstance(content, str)
        self._text = SharedText(self._parcel.encode()) if is_text else None

    def post_to(self, room: str) -> int:
        """Hand it to every socket of a page, whose room is named after it; return how many."""
        return sum(self.post(socket_id) for socket_id in _sockets_in(room))

    def post(self, socket_id: str) -> bool:
        """Hand it to a socket; False if that is gone."""
        socket = core.sio.eio.sockets.get(socket_id)
        if socket is None or socket.closing or socket.closed:
            return False
        if not self._write(socket):
            socket.queue.put_nowait(self._parcel)
        return True

    def _write(self, socket: AsyncSocket) -> bool:
        """Write it past the queue, unless something is in there or on its way out of it."""
        if self._text is None or not (_is_as_read and _is_next(socket)):
            return False
        environ = core.sio.environ.get(socket.sid)
        wire = sharing_socket(environ["asgi.scope"]) if environ else None
        return wire is not None and wire.write_shared(self._text)


def _sockets_in(room: str) -> list[str]:
    return [socket_id for _, socket_id in core.sio.manager.get_participants(_NAMESPACE, room)]


def _is_next(socket: AsyncSocket) -> bool:
    # Not whether the queue is empty: its writer may have taken something that it has yet to write.
    return socket.upgraded and not getattr(socket.queue, "_unfinished_tasks", True)
