"""How one text reaches the browsers of many pages: encoded once, and put into each one's queue."""

from engineio.packet import MESSAGE, Packet
from nicegui import Client, core


def send(client: Client, text: str) -> bool:
    """Hand a socket.io message to every socket of a page; return whether there was one."""
    room = core.sio.manager.rooms.get("/", {}).get(client.id)
    if not room:
        return False
    for engine_sid in room.values():
        socket = core.sio.eio.sockets.get(engine_sid)
        if socket is not None and not socket.closed:
            socket.queue.put_nowait(Packet(MESSAGE, text))
    return True
