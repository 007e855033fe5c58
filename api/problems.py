"""Every error in one shape: RFC 9457 problem details, whose `detail` is one line for a person."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from services.api_tokens import TokenRefusedError
from services.program_runs import (
    AlreadyActiveError,
    ReportRefusedError,
    TenantNotFoundError,
    UnsuitableRequestError,
)
from services.run_terms import RunMovedError, RunNotFoundError

_MOST_ERRORS = 5
_LONGEST_DETAIL = 500
_TITLES = {
    400: "Bad request",
    401: "Unauthorised",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Content too large",
    422: "Unprocessable content",
    500: "Internal error",
    503: "Unavailable",
}
_log = logging.getLogger("stillwatch.api")


def problem(
    status: int, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """An error as its response; `more` tells programs what they need to know of it."""
    # What a client sent may come back in the detail, and may not be text that can be sent.
    sendable = detail[:_LONGEST_DETAIL].encode("utf-8", "replace").decode("utf-8")
    body = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": sendable,
        **more,
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def unauthorised() -> JSONResponse:
    """The one answer to no token, an unknown one, and one that has ended."""
    return problem(401, str(TokenRefusedError()), {"WWW-Authenticate": "Bearer"})


def busy(error: OperationalError) -> JSONResponse:
    """The answer while the database cannot serve."""
    _log.warning("the database cannot serve a program: %s", str(error.orig).partition("\n")[0])
    return problem(503, "The database is busy; try again.", {"Retry-After": "2"})


def register(app: FastAPI, url_of_run: str) -> None:
    """Translate the errors of the services; `url_of_run` has a place for the `id`."""

    def missing(_: Request, error: Exception) -> Response:
        return problem(404, str(error))

    def refused(_: Request, __: Exception) -> Response:
        return unauthorised()

    def moved(_: Request, error: Exception) -> Response:
        return problem(409, str(error))

    def unsuitable(_: Request, error: Exception) -> Response:
        return problem(422, str(error))

    def active(_: Request, error: Exception) -> Response:
        assert isinstance(error, AlreadyActiveError)
        run = error.run
        url = url_of_run.format(id=run.id)
        return problem(409, str(error), code="already_active", id=run.id, url=url)

    def late(_: Request, error: Exception) -> Response:
        assert isinstance(error, ReportRefusedError)
        run = error.run
        return problem(
            409, str(error), code=error.code, id=run.id, outcome=run.outcome, kept=error.is_kept
        )

    def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem(422, _listed(error))

    def plain(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        return problem(error.status_code, str(error.detail), headers)

    def overloaded(_: Request, error: Exception) -> Response:
        assert isinstance(error, OperationalError)
        return busy(error)

    def broken(_: Request, __: Exception) -> Response:
        return problem(500, "Something went wrong here; it is logged.")

    for kind in (RunNotFoundError, TenantNotFoundError):
        app.add_exception_handler(kind, missing)
    app.add_exception_handler(TokenRefusedError, refused)
    app.add_exception_handler(RunMovedError, moved)
    app.add_exception_handler(UnsuitableRequestError, unsuitable)
    app.add_exception_handler(AlreadyActiveError, active)
    app.add_exception_handler(ReportRefusedError, late)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(OperationalError, overloaded)
    app.add_exception_handler(Exception, broken)


def _listed(error: RequestValidationError) -> str:
    told = []
    for one in error.errors()[:_MOST_ERRORS]:
        if one["type"] == "json_invalid":
            return "The body is not JSON."
        if one["type"] == "model_attributes_type" and one["loc"] == ("body",):
            return "The body must be a JSON object, sent with 'Content-Type: application/json'."
        place = ".".join(str(part)[:50] for part in one["loc"][1:]) or "body"
        message = "unknown field" if one["type"] == "extra_forbidden" else str(one["msg"])
        told.append(f"{place}: {message.removeprefix('Value error, ')}")
    more = len(error.errors()) - _MOST_ERRORS
    return "; ".join(told) + (f"; and {more} more" if more > 0 else "")
