"""What is said to a browser that sent what no form of ours sends: a page, never a traceback."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from api.notice_page import notice
from api.problems import problem

_TITLES = {
    400: "This cannot be read.",
    404: "There is nothing here.",
    405: "This is not done here.",
    413: "This is too large.",
    422: "This cannot be read.",
}
_BACK = "Nothing was done. Go back and try again."


def register(app: FastAPI) -> None:
    """For the plain routes: pages have their own, and so has the interface for programs."""

    def invalid(_: Request, __: Exception) -> Response:
        return notice(422, _TITLES[422], _BACK)

    def plain(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        title = _TITLES.get(error.status_code, "This did not work.")
        return notice(error.status_code, title, _BACK, headers=dict(error.headers or {}))

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)


def too_large(scope: Scope, told: str) -> Response:
    """The answer to a body that is larger than anything that is sent here."""
    if scope["path"].startswith("/api/"):
        return problem(413, told)
    return notice(413, _TITLES[413], f"{told} {_BACK}")
