"""Two things that the framework does for each page again, done once (read in its 3.18).

It looks up the signature of three methods of its own for each element, which is nearly half of what
building a page costs, and wraps each request in two middlewares of which we need nothing.
"""

import inspect
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any
from weakref import WeakKeyDictionary

from nicegui import app, helpers, observables
from nicegui.middlewares import RedirectWithPrefixMiddleware, SetCacheControlMiddleware

# The prefix is believed of nobody, and how long a file is kept is said by `ui.safe_headers`.
_NOT_NEEDED = (RedirectWithPrefixMiddleware, SetCacheControlMiddleware)
_look_up = inspect.unwrap(helpers.expects_arguments)
_known: WeakKeyDictionary[FunctionType, bool] = WeakKeyDictionary()


class LeanFrameworkError(Exception):
    """The framework is not what this was built for; it is to be read again."""


def make_lean() -> None:
    """To be called once the framework is set up. Raises `LeanFrameworkError`."""
    if vars(observables).get("helpers") is not helpers:
        raise LeanFrameworkError("The framework looks up signatures elsewhere.")
    helpers.expects_arguments = expects_arguments
    there = [one.cls for one in app.user_middleware]
    if any(cls not in there for cls in _NOT_NEEDED):
        raise LeanFrameworkError("The framework has other middlewares than it had.")
    app.user_middleware = [one for one in app.user_middleware if one.cls not in _NOT_NEEDED]


def expects_arguments(func: Callable[..., Any]) -> bool:
    """Whether `func` is to be called with its event; of a method, looked up once for all."""
    function = func.__func__ if type(func) is MethodType else None
    if type(function) is not FunctionType:
        return _look_up(func)
    answer = _known.get(function)
    if answer is None:
        answer = _known[function] = _look_up(func)
    return answer


expects_arguments.__wrapped__ = _look_up  # type: ignore[attr-defined]
