"""Changing one's own password: a plain form over HTTP, like signing in."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from models import User
from services import accounts
from services.admin_terms import SHORTEST_PASSWORD, password_hash
from services.auth import LONGEST_PASSWORD, Viewer, is_csrf_token, viewer_in
from ui.console import Console
from ui.guard import viewer_of
from ui.page_session import PageSession
from ui.presenters.account import DONE


def routes(console: Console) -> APIRouter:
    """POST /account/password."""
    router = APIRouter(include_in_schema=False)
    # One at a time, or guesses that come together would all be counted too late.
    turn = asyncio.Lock()

    @router.post("/account/password")
    async def change(
        request: Request,
        current: Annotated[str, Form()] = "",
        new: Annotated[str, Form()] = "",
        again: Annotated[str, Form()] = "",
        csrf: Annotated[str, Form()] = "",
    ) -> Response:
        viewer = viewer_of(request)
        if not is_csrf_token(console.secret, password_subject(viewer.session_id), csrf):
            return _back("old")
        flaw = _flaw(current, new, again)
        if flaw:
            return _back(flaw)
        async with turn:
            return _back(await _change(console, viewer, current, new))

    return router


def password_subject(session_id: int) -> str:
    """What the form's token is bound to: this very sign-in."""
    return f"password:{session_id}"


def _flaw(current: str, new: str, again: str) -> str:
    if new != again:
        return "different"
    if not SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD:
        return "short"
    return "same" if new == current else ""


async def _change(console: Console, viewer: Viewer, current: str, new: str) -> str:
    database = console.database
    user_id = viewer.user_id
    if await database.read(partial(accounts.has_tried_too_often, user_id=user_id)):
        return "often"
    if not await console.auth.is_own_password(user_id, current):
        await database.write(partial(accounts.record_wrong_password, user_id=user_id))
        return "wrong"
    hashed = await database.off_loop(lambda: password_hash(new))

    def replace(session: Session) -> Sequence[int] | None:
        user = session.get_one(User, user_id, with_for_update=True)
        # Hashing takes a while: who was signed out meanwhile, by a new password even, is out.
        if viewer_in(session, viewer.session_id) is None:
            return None
        return accounts.replace_password(
            session,
            user,
            hashed,
            keep_session_id=viewer.session_id,
            actor_id=user_id,
        )

    ended = await database.write(replace)
    for session_id in ended or ():
        PageSession.end_all(session_id)
    return "old" if ended is None else DONE


def _back(outcome: str) -> Response:
    # Sent on, so that going back or loading again repeats nothing.
    return RedirectResponse(f"/account?password={outcome}", status_code=303)
