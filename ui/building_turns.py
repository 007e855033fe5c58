"""Pages are built a few at a time, so that a tick never waits behind a row of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ui.crowd import Party

# As many as read at once; who opens hundreds waits behind its own.
_AT_ONCE = 16
_AT_ONCE_OF_ONE = 2


@dataclass(slots=True)
class _Queue:
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE_OF_ONE))
    people: int = 0


class Turn:
    """The right to build, until `end`."""

    def __init__(self, *held: asyncio.Semaphore) -> None:
        self._held = held

    def end(self) -> None:
        """Let the next one go on; the second time does nothing."""
        held, self._held = self._held, ()
        for semaphore in held:
            semaphore.release()


class BuildingTurns:
    """Turns in the order of coming, each sign-in in a queue of its own."""

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(_AT_ONCE)
        self._of: dict[str, _Queue] = {}

    @asynccontextmanager
    async def taken_by(self, party: Party) -> AsyncIterator[Turn]:
        key = party.session or party.address
        queue = self._of.setdefault(key, _Queue())
        queue.people += 1
        try:
            turn = await self._wait(queue)
            try:
                yield turn
            finally:
                turn.end()
        finally:
            queue.people -= 1
            if not queue.people:
                del self._of[key]

    async def _wait(self, queue: _Queue) -> Turn:
        await queue.turns.acquire()
        try:
            await self._all.acquire()
        except BaseException:
            queue.turns.release()
            raise
        return Turn(self._all, queue.turns)

    def __len__(self) -> int:
        return len(self._of)
