"""Who stands at the door of every page: a request without a live sign-in goes to /login."""

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import __version__, background_tasks
from starlette.types import ASGIApp, Receive, Scope, Send

from services.auth import Viewer
from ui import session_cookie
from ui.console import Console
from ui.session_cookie import SESSION_COOKIE

# What must answer without a sign-in. Everything else, also what does not exist, asks for one.
_OPEN_PATHS = frozenset({"/login", "/language", "/healthz", "/readyz", "/metrics", "/favicon.ico"})
# Below /api/ tokens stand at the door, see api.gate.
# Of the framework's routes those of its assets, and the socket's, which has a door of its own.
_ASSETS = ("static", "libraries", "components", "resources", "dynamic_resources", "esm")
_OPEN_PREFIXES = (
    "/static/",
    "/api/",
    "/_nicegui_ws/socket.io",
    *(f"/_nicegui/{__version__}/{kind}/" for kind in _ASSETS),
)
# What is there for whoever has yet to change a password that others know.
_PATHS_OF_ONE_S_OWN = frozenset({"/account", "/account/password", "/language", "/logout"})


class SignInGuard:
    """ASGI middleware that puts the viewer on the request, or sends it to sign in and back."""

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self._app = app
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        viewer = await self._find_viewer(request)
        if viewer is None:
            await _to_sign_in(request)(scope, receive, send)
            return
        # Beside the request: whoever holds the write lock must not keep a page from opening.
        background_tasks.create(self._console.auth.touch(viewer.session_id), name="note activity")
        if viewer.must_change_password and scope["path"] not in _PATHS_OF_ONE_S_OWN:
            await RedirectResponse("/account?password=given", status_code=303)(scope, receive, send)
            return
        scope.setdefault("state", {})["viewer"] = viewer
        session_cookie.bind(scope, request.cookies[SESSION_COOKIE])
        await self._app(scope, receive, send)

    async def _find_viewer(self, request: Request) -> Viewer | None:
        token = request.cookies.get(SESSION_COOKIE)
        return await self._console.auth.viewer_of_token(token) if token else None


def viewer_of(request: Request) -> Viewer:
    """The signed-in person that the guard let through."""
    viewer: Viewer = request.state.viewer
    return viewer


def _is_open(path: str) -> bool:
    return path in _OPEN_PATHS or path.startswith(_OPEN_PREFIXES)


def _to_sign_in(request: Request) -> RedirectResponse:
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?next={quote(wanted, safe='')}" if request.method == "GET" and wanted != "/" else ""
    return RedirectResponse(f"/login{back}", status_code=303)
