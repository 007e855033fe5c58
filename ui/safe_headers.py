"""What every answer tells the browser to refuse, whoever made the answer."""

from nicegui import __version__
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The framework writes scripts and styles into its pages and compiles templates in the browser, so
# that 'unsafe-inline' and 'unsafe-eval' stay; what is not of this site is asked for by nobody.
_CONTENT_SECURITY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS = {
    "Content-Security-Policy": _CONTENT_SECURITY,
    "X-Frame-Options": "DENY",  # for what is older than frame-ancestors
    "X-Content-Type-Options": "nosniff",
    # An address may name a tenant; a link that leads away must not tell.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
# Both mean something over HTTPS alone; there a browser that was here once never comes without it.
_WHEN_SECURE = {
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# Files that are the same for everybody; all else may show what is not for the next.
_KEPT_BY_BROWSERS = ("/static/", "/_nicegui/", "/favicon.ico")
# Of these, the framework's have its version and a digest in their address, ours a digest behind it.
_FRAMEWORK = f"/_nicegui/{__version__}/"
_MADE_ANEW = f"{_FRAMEWORK}dynamic_resources/"
_FIRST_ERROR = 400
_FOR_GOOD = "public, max-age=31536000, immutable"
# The console is served at the root of its address. The framework believes this of anyone, and
# writes it into its pages.
_NOT_BELIEVED = frozenset({b"x-forwarded-prefix"})


class SafeHeaders:
    """ASGI middleware, the outermost. An answer's own word on one of these stands."""

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        self._app = app
        self._headers = _ALWAYS | (_WHEN_SECURE if is_secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kept = [(name, value) for name, value in scope["headers"] if name not in _NOT_BELIEVED]

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(scope, message)
            await send(message)

        await self._app({**scope, "headers": kept}, receive, tell)

    def _add(self, scope: Scope, message: Message) -> None:
        message.setdefault("headers", [])
        present, headers = Headers(scope=message), MutableHeaders(scope=message)
        for name, value in self._headers.items():
            if name not in present:
                headers[name] = value
        if message["status"] < _FIRST_ERROR and _never_changes(scope):
            headers["Cache-Control"] = _FOR_GOOD
        elif "Cache-Control" not in headers and not scope["path"].startswith(_KEPT_BY_BROWSERS):
            headers["Cache-Control"] = "no-store"


def _never_changes(scope: Scope) -> bool:
    path = scope["path"]
    if path.startswith("/static/"):
        return bool(scope["query_string"])
    return path.startswith(_FRAMEWORK) and not path.startswith(_MADE_ANEW)
