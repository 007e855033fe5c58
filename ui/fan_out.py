"""One message, encoded once, put into the queues of all the sockets that it is for.

The framework's own way makes a task for each recipient and waits for all of them. Putting into a
socket's queue never waits, so that nothing here is asynchronous, and the order is that of calling.
"""

from collections.abc import Iterable
from typing import Any

from engineio.packet import MESSAGE
from engineio.packet import Packet as Parcel
from nicegui import core
from socketio.packet import EVENT

_NAMESPACE = "/"


def send_to_room(room: str, event: str, data: Any) -> None:
    """Send an event to every socket in a room: those of one page are in a room named after it."""
    parcels = _parcels(event, data)
    for _, socket_id in core.sio.manager.get_participants(_NAMESPACE, room):
        _put(socket_id, parcels)


def _parcels(event: str, data: Any) -> list[Parcel]:
    encoded = core.sio.packet_class(EVENT, namespace=_NAMESPACE, data=[event, data]).encode()
    parts = (
        encoded if isinstance(encoded, list) else [encoded]
    )  # bytes follow as parts of their own
    return [Parcel(MESSAGE, part) for part in parts]


def _put(socket_id: str, parcels: Iterable[Parcel]) -> None:
    socket = core.sio.eio.sockets.get(socket_id)
    if socket is None or socket.closing or socket.closed:
        return  # its page keeps what it missed, for when it comes back
    for parcel in parcels:
        socket.queue.put_nowait(parcel)
