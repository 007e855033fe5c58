"""Signing in and out: plain forms over HTTP, because a session id cannot rotate over a socket."""

import secrets
from html import escape
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from policy.wording import said
from services.auth import SignInRefused, csrf_token, is_csrf_token
from services.sign_in_throttle import SignInDelayed
from ui.console import Console
from ui.guard import SESSION_COOKIE, viewer_of
from ui.page_session import PageSession
from ui.pages.login_page import login_html
from ui.reader import reader_of

_CSRF_COOKIE = "stillwatch_csrf"
_HOME = "/operations"
_ABSOLUTE_SECONDS = 12 * 3600


def routes(console: Console) -> APIRouter:
    """GET and POST /login, POST /logout."""
    router = APIRouter(include_in_schema=False)

    @router.get("/login")
    async def show_form(request: Request, next: str = _HOME) -> Response:
        return _form(console, request, next)

    @router.post("/login")
    async def sign_in(
        request: Request,
        email: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        csrf: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = _HOME,
    ) -> Response:
        subject = request.cookies.get(_CSRF_COOKIE, "")
        if not subject or not is_csrf_token(console.secret, subject, csrf):
            error = said("This form was too old. Please sign in again.")
            return _form(console, request, next, error=error, email=email, status=403)
        try:
            token = await console.auth.sign_in(
                email, password, request.cookies.get(SESSION_COOKIE), _place(request)
            )
        except SignInDelayed as delay:
            answer = _form(console, request, next, error=delay, email=email, status=429)
            answer.headers["Retry-After"] = str(delay.seconds)
            return answer
        except SignInRefused as refusal:
            return _form(console, request, next, error=refusal, email=email, status=401)
        await console.auth.note_origin(
            token, _place(request), request.headers.get("user-agent", "")
        )
        response = RedirectResponse(own_path(next), status_code=303)
        _set_cookie(console, response, SESSION_COOKIE, token, _ABSOLUTE_SECONDS)
        response.delete_cookie(_CSRF_COOKIE)
        return response

    @router.post("/logout")
    async def sign_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
        viewer = viewer_of(request)
        if not is_csrf_token(console.secret, sign_out_subject(viewer.session_id), csrf):
            text = reader_of(request).say("This page was too old. Go back and try again.")
            return HTMLResponse(escape(text), 403)
        await console.auth.sign_out(viewer.session_id)
        PageSession.end_all(viewer.session_id)
        response = RedirectResponse("/login", status_code=303)
        response.delete_cookie(SESSION_COOKIE)
        return response

    return router


def sign_out_subject(session_id: int) -> str:
    """What the sign-out form's token is bound to: this very sign-in."""
    return f"sign-out:{session_id}"


def sign_out_csrf(console: Console, session_id: int) -> str:
    """The token that the frame's sign-out form carries."""
    return csrf_token(console.secret, sign_out_subject(session_id))


def _form(
    console: Console,
    request: Request,
    next_path: str,
    *,
    error: str | Exception | None = None,
    email: str = "",
    status: int = 200,
) -> Response:
    locale = reader_of(request)
    subject = request.cookies.get(_CSRF_COOKIE) or secrets.token_urlsafe(24)
    html = login_html(
        csrf=csrf_token(console.secret, subject),
        next_path=own_path(next_path),
        error=None if error is None else locale.told(error),
        email=email[:320],
        locale=locale,
    )
    response = HTMLResponse(html, status, headers={"Cache-Control": "no-store"})
    _set_cookie(console, response, _CSRF_COOKIE, subject, _ABSOLUTE_SECONDS)
    return response


def _place(request: Request) -> str:
    """The address of who asks, as far as the web servers that are trusted tell it."""
    return request.client.host if request.client else ""


def _set_cookie(console: Console, response: Response, name: str, value: str, max_age: int) -> None:
    response.set_cookie(
        name, value, max_age=max_age, httponly=True, samesite="lax", secure=console.is_secure
    )


def own_path(path: str) -> str:
    """`path` when it stays on this site; a link must not send a fresh sign-in elsewhere."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\", "/login"))
    return path if is_own and "\\" not in path and path.isprintable() else _HOME
