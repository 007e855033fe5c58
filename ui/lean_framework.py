"""What the framework does for each page and we need not, left out (read in its 3.18).

It looks up the signature of three methods of its own for each element, which is nearly half of what
building a page costs; follows the bindings of what is bound to nothing; wraps each request in two
middlewares of which we need nothing; and goes through each page's elements in search of pages
within it, of which we have none.
"""

import inspect
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any
from weakref import WeakKeyDictionary

from fastapi import Request
from nicegui import Client, app, binding, client, helpers, observables
from nicegui.middlewares import RedirectWithPrefixMiddleware, SetCacheControlMiddleware
from nicegui.sub_pages_router import SubPagesRouter

# The prefix is believed of nobody, and how long a file is kept is said by `ui.safe_headers`.
_NOT_NEEDED = (RedirectWithPrefixMiddleware, SetCacheControlMiddleware)
_look_up = inspect.unwrap(helpers.expects_arguments)
_follow = inspect.unwrap(vars(binding)["_propagate"])
_known: WeakKeyDictionary[FunctionType, bool] = WeakKeyDictionary()


class LeanFrameworkError(Exception):
    """The framework is not what this was built for; it is to be read again."""


def make_lean() -> None:
    """To be called once the framework is set up. Raises `LeanFrameworkError`."""
    wrapping = [one.cls for one in app.user_middleware]
    router = getattr(client, "SubPagesRouter", None)
    _require(vars(observables).get("helpers") is helpers, "looks up signatures")
    _require(isinstance(binding.bindings, dict), "keeps its bindings")
    _require(router in (SubPagesRouter, NoSubPages), "searches for pages within a page")
    _require(all(cls in wrapping for cls in _NOT_NEEDED), "wraps its requests")
    helpers.expects_arguments = expects_arguments
    vars(binding)["_propagate"] = propagate
    client.SubPagesRouter = NoSubPages  # type: ignore[misc]
    app.user_middleware = [one for one in app.user_middleware if one.cls not in _NOT_NEEDED]


def _require(is_as_read: bool, what: str) -> None:
    if not is_as_read:
        raise LeanFrameworkError(f"The framework {what} otherwise than it did.")


def expects_arguments(func: Callable[..., Any]) -> bool:
    """Whether `func` is to be called with its event; of a method, looked up once for all."""
    function = func.__func__ if type(func) is MethodType else None
    if type(function) is not FunctionType:
        return _look_up(func)
    answer = _known.get(function)
    if answer is None:
        answer = _known[function] = _look_up(func)
    return answer


def propagate(source: object, name: tuple[str, ...]) -> None:
    """Pass a changed value on to what is bound to it, if anything is."""
    if (id(source), name) in binding.bindings:
        _follow(source, name)


class NoSubPages(SubPagesRouter):
    """The router of a page without pages within it: it listens to nothing, and has no search."""

    def __init__(self, request: Request | None) -> None:
        self.current_path = "/" if request is None else request.url.path
        self.is_initial_request = True
        self._path_changed_handlers = []

    @staticmethod
    async def _can_resolve_full_path(_: Client) -> bool:
        return True


expects_arguments.__wrapped__ = _look_up  # type: ignore[attr-defined]
propagate.__wrapped__ = _follow  # type: ignore[attr-defined]
