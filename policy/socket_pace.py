"""How fast a socket is listened to: faster than anybody types, slower than a program floods."""

from enum import StrEnum, auto
from typing import NamedTuple

from policy.allowance import Allowance

# Somebody who holds a key down sends thirty a second for a moment, and the burst is there for it.
_SECONDS_AT_ONCE = 4.0
_BYTES_OF_AN_EVENT = 4096
# So many at once are a person's; from then on a socket takes turns with others of its kind.
_UNHURRIED = 8.0
# Kept at its limit for so long without a rest, a socket is cut: no person does that.
_PATIENCE_SECONDS = 10.0


class Haste(StrEnum):
    """How a socket behaves."""

    NONE = auto()
    SOME = auto()
    TOO_MUCH = auto()


class Turn(NamedTuple):
    """Whether a message is listened to, and in how many seconds."""

    haste: Haste
    wait: float


class SocketPace:
    """One socket's pace. `now` is in seconds of one monotonic clock, and never goes back."""

    def __init__(self, per_second: float, now: float) -> None:
        self._allowance = Allowance.full(per_second, per_second * _SECONDS_AT_ONCE, now)
        self._held_since: float | None = None

    @property
    def is_held(self) -> bool:
        """Whether the socket has come to its limit and not rested since."""
        return self._held_since is not None

    def take(self, now: float, size: int) -> Turn:
        """One message of `size` bytes more; long ones count as many."""
        left = self._allowance.left(now)
        wait = self._allowance.spend(now, 1 + size / _BYTES_OF_AN_EVENT)
        if wait > 0 and self._held_since is None:
            self._held_since = now
        elif left >= self._allowance.burst / 2:
            self._held_since = None
        if self._held_since is not None and now - self._held_since >= _PATIENCE_SECONDS:
            return Turn(Haste.TOO_MUCH, wait)
        is_hurried = left < self._allowance.burst - _UNHURRIED
        return Turn(Haste.SOME if is_hurried else Haste.NONE, wait)
