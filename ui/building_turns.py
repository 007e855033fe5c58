"""Pages are built a few at a time, so that a tick never waits behind a row of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from ui.crowd import Party

# As many as read at once; who opens hundreds waits behind its own.
_AT_ONCE = 16
_AT_ONCE_OF_ONE = 2
# A place that was used in a hurry rests so many times as long as it took: the loop is for others.
_REST = 4.0
_LONGEST_REST = 1.0


@dataclass(slots=True)
class _Queue:
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE_OF_ONE))
    people: int = 0


class Turn:
    """The right to build, until `end`; `leave` is called when its place has rested, too."""

    def __init__(
        self, everybody: asyncio.Semaphore, rest: float, leave: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._everybody = everybody
        self._rest = rest
        self._leave = leave
        self._is_over = False

    def end(self) -> None:
        """Let the next one go on; the second time does nothing."""
        if not self._is_over:
            self._is_over = True
            self._everybody.release()
            rest = self._rest * (self._loop.time() - self._began)
            self._loop.call_later(min(rest, _LONGEST_REST), self._leave)


class BuildingTurns:
    """Turns in the order of coming, each sign-in in a queue of its own."""

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(_AT_ONCE)
        self._of: dict[str, _Queue] = {}

    @asynccontextmanager
    async def taken_by(self, party: Party, *, is_hurried: bool) -> AsyncIterator[Turn]:
        """Wait for a turn, and have it until it is ended, or this is left."""
        turn = await self._take(party.session or party.address, _REST if is_hurried else 0.0)
        try:
            yield turn
        finally:
            turn.end()

    def __len__(self) -> int:
        return len(self._of)

    async def _take(self, key: str, rest: float) -> Turn:
        queue = self._of.setdefault(key, _Queue())
        queue.people += 1
        try:
            await queue.places.acquire()
        except BaseException:
            self._forget(key, queue)
            raise
        try:
            await self._all.acquire()
        except BaseException:
            self._leave(key, queue)
            raise
        return Turn(self._all, rest, partial(self._leave, key, queue))

    def _leave(self, key: str, queue: _Queue) -> None:
        queue.places.release()
        self._forget(key, queue)

    def _forget(self, key: str, queue: _Queue) -> None:
        queue.people -= 1
        if not queue.people:
            del self._of[key]
