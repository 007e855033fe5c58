"""What is worked out from a snapshot once, for all who look at it."""

from collections.abc import Callable, Hashable
from typing import Generic, Self, TypeVar, cast, overload

S = TypeVar("S")
T = TypeVar("T")


class remembered(Generic[S, T]):
    """A property that is worked out once; as `functools.cached_property`, without its lock."""

    def __init__(self, work: Callable[[S], T]) -> None:
        self._work = work
        self.__doc__ = work.__doc__

    @overload
    def __get__(self, of: None, owner: type) -> Self: ...
    @overload
    def __get__(self, of: S, owner: type) -> T: ...
    def __get__(self, of: S | None, owner: type) -> Self | T:
        if of is None:
            return self
        # It is found there from now on, and this not asked any more.
        result = of.__dict__[self._work.__name__] = self._work(of)
        return result


class Remembering:
    """A snapshot that keeps what was worked out from it; the one goes with the other."""

    def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """The result of `work`, done only for the first who asks by `key`."""
        worked_out: dict[Hashable, object] = self.__dict__.setdefault("_worked_out", {})
        if key not in worked_out:
            worked_out[key] = work()
        return cast(T, worked_out[key])
