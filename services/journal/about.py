"""What the lines that are logged from here on are about: a request, a page, or a run."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bind_contextvars, bound_contextvars, get_contextvars


def new_id() -> str:
    """Short enough to be read out on the telephone."""
    return secrets.token_hex(4)


@contextmanager
def about_request(request_id: str) -> Iterator[None]:
    """Inside, every line names the request."""
    with bound_contextvars(request=request_id):
        yield


def about_page(page_id: str, user_id: int) -> None:
    """From here on every line of this task names the open page and its person."""
    if get_contextvars().get("page") != page_id:
        bind_contextvars(page=page_id, user=user_id)


@contextmanager
def about_run(run_id: int, attempt: int, worker: str) -> Iterator[None]:
    """Inside, every line names the run, its attempt and who is at it."""
    with bound_contextvars(run=run_id, attempt=attempt, worker=worker):
        yield


def current_request() -> str | None:
    """The id of the request that is being answered here."""
    return get_contextvars().get("request")
