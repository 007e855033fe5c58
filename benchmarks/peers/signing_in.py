"""What the peers share: the database, the form to sign in by, and how they are served."""

import os
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.auth import Auth, SignInRefused
from services.database import Database

COOKIE = "peer_session"
DATA_DIR = Path(os.environ.get("STILLWATCH_DATA_DIR", "./var"))
DATABASE_URL = f"sqlite:///{DATA_DIR / 'stillwatch.db'}"
PORT = int(os.environ.get("STILLWATCH_PORT", "8080"))
_FORM = """<!doctype html><title>Sign in</title><form method="post">
<input name="email"><input name="password" type="password"><button>Sign in</button></form>"""


def routes() -> APIRouter:
    """GET and POST /login, which open a session in the database; and /healthz."""
    router = APIRouter()
    auth = Auth(Database(DATABASE_URL))

    @router.get("/login")
    def show_form() -> HTMLResponse:
        return HTMLResponse(_FORM)

    @router.post("/login")
    async def sign_in(email: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
        try:
            token = await auth.sign_in(email, password, None)
        except SignInRefused:
            return HTMLResponse(_FORM, 401)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, token, httponly=True, samesite="lax")
        return answer

    @router.get("/healthz")
    def be_well() -> dict[str, bool]:
        return {"ok": True}

    return router
