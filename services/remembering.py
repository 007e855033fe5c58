"""What is worked out from a snapshot once, for all who look at it."""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")


class Remembering:
    """A snapshot that keeps what was worked out from it; the one goes with the other."""

    def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """The result of `work`, done only for the first who asks by `key`."""
        worked_out: dict[Hashable, object] = self.__dict__.setdefault("_worked_out", {})
        if key not in worked_out:
            worked_out[key] = work()
        return cast(T, worked_out[key])
