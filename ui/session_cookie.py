"""The cookie that a sign-in is known by, read alike from a page's request and from a socket's."""

import hashlib
import hmac
from typing import Any

from starlette.requests import Request, cookie_parser

SESSION_COOKIE = "stillwatch_session"
_DIGEST = "session_digest"


def bind(scope: Any, token: str) -> None:
    """Note with a page's request which sign-in it came from; the token itself is not kept."""
    scope.setdefault("state", {})[_DIGEST] = digest_of(token)


def session_of(request: Request) -> str | None:
    """What tells the sign-in that `request` was bound to from others."""
    found: str | None = request.scope.get("state", {}).get(_DIGEST)
    return found


def is_of_same_session(request: Request, cookies: str) -> bool:
    """Whether the header `cookies` carries the sign-in that `request` was bound to."""
    digest = session_of(request)
    token = cookie_parser(cookies).get(SESSION_COOKIE, "")
    if not digest or not token:
        return False
    return hmac.compare_digest(digest, digest_of(token))


def digest_of(token: str) -> str:
    """What a sign-in is told apart by where its token must not be kept."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
