"""The cookie that a sign-in is known by, read alike from a page's request and from a socket's."""

import hashlib
import hmac
from typing import Any

from starlette.requests import Request, cookie_parser

SESSION_COOKIE = "stillwatch_session"
_DIGEST = "session_digest"


def bind(scope: Any, token: str) -> None:
    """Note with a page's request which sign-in it came from; the token itself is not kept."""
    scope.setdefault("state", {})[_DIGEST] = _digest(token)


def is_of_same_session(request: Request, cookies: str) -> bool:
    """Whether the header `cookies` carries the sign-in that `request` was bound to."""
    digest = request.scope.get("state", {}).get(_DIGEST)
    token = cookie_parser(cookies).get(SESSION_COOKIE, "")
    return bool(digest and token) and hmac.compare_digest(digest, _digest(token))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
