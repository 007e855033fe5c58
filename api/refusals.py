"""What is said to a browser that sent what no form of ours sends: a page, never a traceback."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from api.notice_page import notice
from api.problems import problem
from api.words import ReaderOf, Words, english


class Refusals:
    """For the plain routes: pages have their own, and so has the interface for programs."""

    def __init__(self, reader_of: ReaderOf = english) -> None:
        self._reader_of = reader_of

    def register(self, app: FastAPI) -> None:
        """Say them on all routes of `app`."""
        app.add_exception_handler(RequestValidationError, self._invalid)
        app.add_exception_handler(HTTPException, self._plain)

    def too_large(self, scope: Scope, told: str) -> Response:
        """The answer to a body that is larger than anything that is sent here."""
        if scope["path"].startswith("/api/"):
            return problem(413, told)
        words = self._reader_of(Request(scope))
        return notice(413, _title(413, words), f"{words.told(told)} {_back(words)}", words)

    def too_many(self, scope: Scope, told: str, seconds: int) -> Response:
        """The answer to a page that is one too many, or comes too soon."""
        words = self._reader_of(Request(scope))
        headers, again = {"Retry-After": str(seconds)}, ("", words.say("Try again"))
        return notice(429, _title(429, words), words.told(told), words, again, headers)

    def _invalid(self, request: Request, _: Exception) -> Response:
        words = self._reader_of(request)
        return notice(422, _title(422, words), _back(words), words)

    def _plain(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        words, status = self._reader_of(request), error.status_code
        headers = dict(error.headers or {})
        return notice(status, _title(status, words), _back(words), words, headers=headers)


def _title(status: int, words: Words) -> str:
    match status:
        case 400 | 422:
            return words.say("This cannot be read.")
        case 404:
            return words.say("There is nothing here.")
        case 405:
            return words.say("This is not done here.")
        case 413:
            return words.say("This is too large.")
        case 429:
            return words.say("Too many pages at once.")
    return words.say("This did not work.")


def _back(words: Words) -> str:
    return words.say("Nothing was done. Go back and try again.")
