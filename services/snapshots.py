"""One read per record and interval for everybody who watches it in this process.

A viewer is served from another's read when that read is younger than an interval and newer than
what the viewer saw last. So the first to come due reads, the rest follow, whatever their phases:
with one viewer every tick is a read, with a thousand it is still one read per interval.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from services import metrics

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Clock = Callable[[], float]


class SharedReads(Generic[K, V]):
    """Reads of one `kind`, shared by key. `read(key)` is one statement; `clock` is monotonic."""

    def __init__(self, kind: str, read: Callable[[K], Awaitable[V]], clock: Clock) -> None:
        self.kind = kind
        self._read = read
        self._clock = clock
        self._entries: dict[K, _Entry[V]] = {}

    def watch(self, key: K) -> "Watch[K, V]":
        """A viewer's own handle on `key`; the last one to close takes the entry along."""
        self._entries.setdefault(key, _Entry()).viewers += 1
        return Watch(self, key)

    def latest(self, key: K) -> V | None:
        """What the newest read of a watched `key` brought, for a read that only adds to it."""
        entry = self._entries.get(key)
        return None if entry is None or entry.latest is None else entry.latest.value

    def __len__(self) -> int:
        return len(self._entries)

    def _leave(self, key: K) -> None:
        entry = self._entries[key]
        entry.viewers -= 1
        if entry.viewers == 0:
            del self._entries[key]

    async def _answer(self, key: K, seen: int, max_age: float, fresh: bool) -> "_Answer[V]":
        entry = self._entries[key]
        if not fresh and entry.flight is not None:
            metrics.snapshot_shared.labels(self.kind).inc()
            return await _wait_for(entry.flight)
        latest = entry.latest
        if not fresh and latest is not None and self._is_news(latest, seen, max_age):
            metrics.snapshot_shared.labels(self.kind).inc()
            return latest
        # A task of its own: a viewer who leaves or is cancelled takes nobody's answer along.
        return await _wait_for(self._take_off(key, entry))

    def _is_news(self, answer: "_Answer[V]", seen: int, max_age: float) -> bool:
        return answer.number > seen and self._clock() - answer.begun_at < max_age

    def _take_off(self, key: K, entry: "_Entry[V]") -> "asyncio.Task[_Answer[V]]":
        entry.begun += 1
        number, begun_at = entry.begun, self._clock()

        async def fly() -> _Answer[V]:
            metrics.snapshot_reads.labels(self.kind).inc()
            try:
                answer = _Answer(number, begun_at, await self._read(key))
            finally:
                if entry.flight is flight:
                    entry.flight = None
            # A slow older read never replaces what a newer one brought.
            if entry.latest is None or entry.latest.number < number:
                entry.latest = answer
            return answer

        flight = asyncio.create_task(fly(), name=f"read {self.kind} {key}")
        flight.add_done_callback(_retrieve)
        entry.flight = flight
        return flight


class Watch(Generic[K, V]):
    """One viewer's place at a shared record."""

    def __init__(self, reads: SharedReads[K, V], key: K) -> None:
        self.key = key
        self._reads = reads
        self._seen = 0
        self._begun_at = reads._clock()
        self._is_open = True

    async def read(self, max_age: float, *, fresh: bool = False) -> V:
        """What is persisted, at most `max_age` seconds old and not seen here before.

        With `fresh`, by a read that begins now and joins none begun before. Raises what the
        reading raised; the next call tries again.
        """
        answer = await self._reads._answer(self.key, self._seen, max_age, fresh)
        self._seen = max(self._seen, answer.number)
        self._begun_at = answer.begun_at
        return answer.value

    @property
    def age(self) -> float:
        """Seconds since the read of the last answer began; it need not have been ours."""
        return self._reads._clock() - self._begun_at

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._reads._leave(self.key)


@dataclass(frozen=True, slots=True)
class _Answer(Generic[V]):
    number: int
    begun_at: float
    value: V


class _Entry(Generic[V]):
    def __init__(self) -> None:
        self.viewers = 0
        self.begun = 0
        self.latest: _Answer[V] | None = None
        self.flight: asyncio.Task[_Answer[V]] | None = None


class ReadAbandonedError(Exception):
    """The shared read was given up, not by any of those who waited for it."""


async def _wait_for(flight: "asyncio.Task[_Answer[V]]") -> _Answer[V]:
    try:
        return await asyncio.shield(flight)
    except asyncio.CancelledError:
        # A viewer who is cancelled goes; a read that is cancelled is only an error to its viewers.
        if flight.cancelled():
            raise ReadAbandonedError("the read was given up") from None
        raise


def _retrieve(flight: "asyncio.Task[object]") -> None:
    # Every waiter may have left; its error was theirs to handle, not the loop's to log.
    if not flight.cancelled():
        flight.exception()
