"""Choosing the language of one's pages: a plain form, remembered in a cookie."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from ui.console import Console
from ui.pages.sign_in import own_path
from ui.presenters.locale import LANGUAGES
from ui.reader import LANGUAGE_COOKIE

_YEAR_SECONDS = 31_536_000


def routes(console: Console) -> APIRouter:
    """POST /language. It carries no token: all it changes is how pages look to oneself."""
    router = APIRouter(include_in_schema=False)

    @router.post("/language")
    async def choose(
        language: Annotated[str, Form()] = "", next: Annotated[str, Form()] = ""
    ) -> Response:
        response = RedirectResponse(own_path(next), status_code=303)
        if language in LANGUAGES:
            response.set_cookie(
                LANGUAGE_COOKIE,
                language,
                max_age=_YEAR_SECONDS,
                httponly=True,
                samesite="lax",
                secure=console.is_secure,
            )
        return response

    return router
