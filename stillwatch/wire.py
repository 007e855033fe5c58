"""Requests to a console over HTTP, with the standard library alone."""

import http.client
import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import urlsplit

_FIRST_REST, _LONGEST_REST = 0.25, 5.0  # seconds between attempts
_LARGEST_ANSWER = 1 << 20
_BUSY = (429, 500, 502, 503, 504)


class StillwatchError(Exception):
    """Whatever goes wrong between a program and its console."""


class ConsoleUnreachable(StillwatchError):
    """The console does not answer, or cannot for now."""


class Refused(StillwatchError):
    """The console answered and said no; `problem` is all that it told."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or f"The console answered {status}."))
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        return str(self.problem.get("code", ""))


class Console:
    """Where requests go, and by what token. Safe to be used by several threads."""

    def __init__(self, url: str, token: str, timeout: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise StillwatchError(f"The console's address must be like https://host, not {url!r}.")
        if not token or not token.isascii() or not token.isprintable():
            raise StillwatchError("The console's token is missing or damaged.")
        self._base = f"{url.rstrip('/')}/api/v1"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._timeout = timeout

    def post(self, path: str, body: Mapping[str, Any], **headers: str) -> dict[str, Any]:
        """One attempt. Raises `ConsoleUnreachable` or `Refused`."""
        request = urllib.request.Request(
            self._base + path,
            # Half a surrogate pair, as in the name of a file, must not keep a report from going.
            json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace"),
            {**self._headers, **headers},
            method="POST",
        )
        try:
            with _OPENER.open(request, timeout=self._timeout) as response:
                answer = json.loads(response.read(_LARGEST_ANSWER))
        except urllib.error.HTTPError as error:
            with error:
                _raise(error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise ConsoleUnreachable(f"The console does not answer: {reason}.") from error
        if not isinstance(answer, dict):
            raise ConsoleUnreachable("What answers there is no console.")
        return answer

    def post_patiently(
        self, path: str, body: Mapping[str, Any], patience: float, **headers: str
    ) -> dict[str, Any]:
        """Attempts for about `patience` seconds, ever further apart, until there is an answer."""
        deadline = time.monotonic() + patience
        rest = _FIRST_REST
        while True:
            try:
                return self.post(path, body, **headers)
            except ConsoleUnreachable:
                pause = rest * random.uniform(0.5, 1.0)
                if time.monotonic() + pause >= deadline:
                    raise
                time.sleep(pause)
                rest = min(2 * rest, _LONGEST_REST)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would turn the report into a question, and show the token to a stranger."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def _raise(error: urllib.error.HTTPError) -> NoReturn:
    try:
        problem = json.loads(error.read(_LARGEST_ANSWER))
    except (OSError, http.client.HTTPException, ValueError):
        problem = None
    told = problem if isinstance(problem, dict) else {}
    if error.code in _BUSY:
        detail = told.get("detail") or f"it answers {error.code}"
        raise ConsoleUnreachable(f"The console cannot serve now: {detail}") from None
    if 300 <= error.code < 400:
        where = error.headers.get("Location")
        raise Refused(error.code, {"detail": f"The console's address leads on to {where!r}."})
    raise Refused(error.code, told) from None
