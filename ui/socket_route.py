"""The way of a page's socket to the framework's sockets, without the stations of requests.

Each station of the applications' is a frame that stays for as long as the page is open: fifty of
them, some 40 kB, of which none does anything for a socket.
"""

from nicegui.nicegui import sio_app
from starlette.types import ASGIApp, Receive, Scope, Send

_MOUNTED_AT = "/_nicegui_ws"
_PATH = f"{_MOUNTED_AT}/socket.io"


class SocketRoute:
    """ASGI middleware, the innermost: what has to look at sockets stands before it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"].startswith(_PATH):
            path = scope["path"].removeprefix(_MOUNTED_AT)
            await sio_app({**scope, "path": path}, receive, send)
        else:
            await self._app(scope, receive, send)
