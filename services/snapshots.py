"""One read per record and interval for everybody who watches it in this process.

Whoever comes due first reads, and everything that others watch at the same pace is read along in
the same statement. Who comes due later is served from that read, and who was not waiting is told
when it brought something new: so a thousand viewers, whatever their phases, cost one read.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from policy.pacing import BEAT, is_due
from services import metrics

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Clock = Callable[[], float]
# How many are served before the loop may do something else: a herd must not hold it up.
_AT_A_STRETCH = 50
# Seconds; what hangs for longer is an error, so that pages say they are old and try again.
_LONGEST_READ = 30.0
_log = logging.getLogger("stillwatch.snapshots")


class SharedReads(Generic[K, V]):
    """Reads of one `kind`, shared by key; `clock` is monotonic, in seconds.

    `read` is one statement, or as many as `count_statements` says of its keys. It is given the
    keys that are due, each with its newest known value (None before the first), and brings the
    values; None stands for a key that it leaves out.
    """

    def __init__(
        self,
        kind: str,
        read: Callable[[Mapping[K, V | None]], Awaitable[Mapping[K, V]]],
        clock: Clock,
        count_statements: Callable[[Collection[K]], int] = lambda keys: 1,
    ) -> None:
        self.kind = kind
        self._count_statements = count_statements
        self._reads_counted = metrics.snapshot_reads.labels(kind)
        self._shared_counted = metrics.snapshot_shared.labels(kind)
        self._held_counted = metrics.snapshots.labels(kind)
        self._read = read
        self._clock = clock
        self._entries: dict[K, _Entry[K, V]] = {}
        self._begun = 0
        self._next: _Flight[K, V] | None = None
        self._is_batched = True

    @classmethod
    def one_by_one(
        cls, kind: str, read: Callable[[K], Awaitable[V]], clock: Clock
    ) -> "SharedReads[K, V]":
        """The same by a statement for each key, of what few watch or is seldom read.

        None waits for another key's, nor fails with it.
        """

        async def read_each(known: Mapping[K, V | None]) -> dict[K, V]:
            return {key: await read(key) for key in known}

        reads = cls(kind, read_each, clock)
        reads._is_batched = False
        return reads

    def watch(self, key: K, hear: Callable[[V], None] | None = None) -> "Watch[K, V]":
        """A viewer's own handle on `key`; the last one to close takes the entry along.

        `hear` is called with what another viewer's read has brought, when that is new.
        """
        if key not in self._entries:
            self._entries[key] = _Entry()
            self._held_counted.inc()
        entry = self._entries[key]
        watch = Watch(self, key, hear)
        entry.watches[watch] = None
        return watch

    def __len__(self) -> int:
        return len(self._entries)

    def _leave(self, watch: "Watch[K, V]") -> None:
        entry = self._entries[watch.key]
        del entry.watches[watch]
        if not entry.watches:
            del self._entries[watch.key]
            self._held_counted.dec()

    async def _answer(self, watch: "Watch[K, V]", max_age: float, fresh: bool) -> "_Answer[V]":
        entry = self._entries[watch.key]
        flight, latest = entry.flight, entry.latest
        if flight is not None and (not fresh or not flight.has_begun):
            self._shared_counted.inc()
            return await flight.wait(watch)
        if not fresh and latest is not None and not is_due(self._clock() - latest.at, max_age):
            self._shared_counted.inc()
            return latest
        return await self._board(watch.key, entry, max_age).wait(watch)

    def _board(self, key: K, entry: "_Entry[K, V]", pace: float) -> "_Flight[K, V]":
        flight = self._next
        if flight is None:
            flight = _Flight()
            if self._is_batched:
                self._next = flight
            # A task of its own: a viewer who leaves or is cancelled takes nobody's answer along.
            # It begins once everybody who is due at this beat has had a chance to come aboard.
            flight.task = asyncio.create_task(self._fly(flight), name=f"read {self.kind}")
        flight.entries[key] = entry
        flight.paces.add(pace)
        entry.flight = flight
        return flight

    async def _fly(self, flight: "_Flight[K, V]") -> None:
        if self._is_batched:
            self._next = None
            self._take_along(flight)
        flight.has_begun = True
        self._begun += 1
        number, begun_at = self._begun, self._clock()
        known = {key: entry.known for key, entry in flight.entries.items()}
        self._reads_counted.inc(self._count_statements(known))
        try:
            async with asyncio.timeout(_LONGEST_READ):
                found = await self._read(known)
            answers: dict[K, _Answer[V]] = {
                key: _Answer(number, begun_at, cast(V, found.get(key))) for key in known
            }
            news = flight.take(answers)
        except asyncio.CancelledError:
            flight.fail(ReadAbandonedError("the read was given up"))
            raise
        except Exception as error:  # those who wait for it handle it; the next call tries again
            flight.fail(error)
        else:
            await flight.land(answers, news)

    def _take_along(self, flight: "_Flight[K, V]") -> None:
        """What is watched at the same pace would come due within it: one statement for all."""
        now = self._clock()
        for key, entry in self._entries.items():
            is_young = entry.latest is not None and now - entry.latest.at < BEAT / 2
            if entry.flight is None and not is_young and entry.pace in flight.paces:
                flight.entries[key] = entry
                entry.flight = flight


class Watch(Generic[K, V]):
    """One viewer's place at a shared record."""

    def __init__(
        self, reads: SharedReads[K, V], key: K, hear: Callable[[V], None] | None = None
    ) -> None:
        self.key = key
        self._hear = hear
        self._reads = reads
        self._begun_at = reads._clock()
        self._pace: float | None = None
        self._is_open = True

    async def read(self, max_age: float, *, fresh: bool = False) -> V:
        """What is persisted, `max_age` seconds old at most, by a read of our own or another's.

        With `fresh`, by a read that begins now and joins none begun before. Raises what the
        reading raised; the next call tries again.
        """
        answer = await self._reads._answer(self, max_age, fresh)
        self._begun_at = answer.at
        return answer.value

    @property
    def age(self) -> float:
        """Seconds since the read of the last answer began; it need not have been ours."""
        return self._reads._clock() - self._begun_at

    def keep_pace(self, pace: float | None) -> None:
        """Be read along with whatever is due every `pace` seconds; with None, never unasked."""
        if self._is_open and pace != self._pace:
            self._reads._entries[self.key].change_pace(self._pace, pace)
            self._pace = pace

    def tell(self, answer: "_Answer[V]") -> None:
        """Another's read has brought something new."""
        if self._is_open and self._hear is not None:
            try:
                self._hear(answer.value)
            except Exception:  # one page's trouble, of which the others are not to go without
                _log.exception("news of a %s could not be taken", self._reads.kind)

    def close(self) -> None:
        if self._is_open:
            self.keep_pace(None)
            self._is_open = False
            self._reads._leave(self)


class ReadAbandonedError(Exception):
    """The shared read was given up, not by any of those who waited for it."""


@dataclass(frozen=True, slots=True)
class _Answer(Generic[V]):
    number: int
    at: float
    value: V


class _Entry(Generic[K, V]):
    """A record that is watched, its newest answer, and the read that is under way."""

    def __init__(self) -> None:
        self.watches: dict[Watch[K, V], None] = {}  # in the order they came
        self.latest: _Answer[V] | None = None
        self.flight: _Flight[K, V] | None = None
        self._paces: Counter[float] = Counter()

    @property
    def known(self) -> V | None:
        return None if self.latest is None else self.latest.value

    @property
    def pace(self) -> float | None:
        """The quickest of those who watch; None while nobody asks by himself."""
        return min(self._paces, default=None)

    def change_pace(self, before: float | None, after: float | None) -> None:
        if before is not None:
            self._paces[before] -= 1
            self._paces += Counter()  # drops what nobody keeps
        if after is not None:
            self._paces[after] += 1

    def take(self, answer: _Answer[V]) -> bool:
        """Keep `answer` unless it is older than what is known; return whether it is news."""
        known = self.latest
        if known is not None and known.number > answer.number:
            return False
        self.latest = answer
        return known is None or known.value != answer.value


class _Flight(Generic[K, V]):
    """One statement under way, and those who wait for it."""

    def __init__(self) -> None:
        self.entries: dict[K, _Entry[K, V]] = {}
        self.paces: set[float] = set()
        self.has_begun = False
        self.task: asyncio.Task[None] | None = None
        self._waiting: list[tuple[Watch[K, V], asyncio.Future[_Answer[V]]]] = []

    async def wait(self, watch: Watch[K, V]) -> _Answer[V]:
        served: asyncio.Future[_Answer[V]] = asyncio.get_running_loop().create_future()
        self._waiting.append((watch, served))
        try:
            return await served
        except asyncio.CancelledError:
            if served.done() and not served.cancelled():
                served.exception()  # a viewer who goes meanwhile leaves no error behind unheard
            raise

    def fail(self, error: Exception) -> None:
        self._end()
        for _, served in self._waiting:
            if not served.done():
                served.set_exception(error)

    def take(self, answers: Mapping[K, _Answer[V]]) -> list[K]:
        """Keep what was read; return the keys of what is new."""
        return [key for key, entry in self.entries.items() if entry.take(answers[key])]

    async def land(self, answers: Mapping[K, _Answer[V]], news: Iterable[K]) -> None:
        """Serve all who wait, then tell those who do not what is new to them."""
        self._end()
        for number, (watch, served) in enumerate(self._waiting, start=1):
            if not served.done():
                served.set_result(answers[watch.key])
            if number % _AT_A_STRETCH == 0:
                await asyncio.sleep(0)
        waited = {watch for watch, _ in self._waiting}
        others = [w for key in news for w in self.entries[key].watches if w not in waited]
        for number, watch in enumerate(others, start=1):
            watch.tell(answers[watch.key])
            if number % _AT_A_STRETCH == 0:
                await asyncio.sleep(0)

    def _end(self) -> None:
        for entry in self.entries.values():
            if entry.flight is self:
                entry.flight = None
