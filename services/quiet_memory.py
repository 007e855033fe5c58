"""Garbage collection that does not stop the loop every few seconds.

Nearly all that is thrown away goes at once, without a search; only what refers to itself in a
circle has to be searched for, as a page does that was closed. Young objects are searched often and
in no time. The old ones, some thousand for each open page, are searched when enough pages are gone
(`policy/collecting`), and what the program itself is made of never.
"""

import asyncio
import gc
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from policy.collecting import is_collection_due
from policy.pacing import BEAT
from services import metrics

_LOOK_EVERY = BEAT
# Ticks come on the beat; between two of them the least is waiting.
_OFF_BEAT = 0.4 * BEAT
_YOUNG = 1_500  # new objects until these are searched: some milliseconds with thousands of pages
_ROUNDS = 4  # of the young, until those that outlived one are searched with them
_NEVER = 1_000_000_000
_log = logging.getLogger("stillwatch.memory")

# How many pages are open, and how many are gone without having left the memory.
CountPages = Callable[[], tuple[int, int]]


@asynccontextmanager
async def quiet_memory(count_pages: CountPages) -> AsyncIterator[None]:
    """Collect so for as long as the console runs."""
    before = gc.get_threshold()
    pauses = _Pauses()
    gc.callbacks.append(pauses)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _ROUNDS, _NEVER)
    looking = asyncio.create_task(_look(count_pages, pauses), name="quiet memory")
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        gc.set_threshold(*before)
        gc.unfreeze()
        gc.callbacks.remove(pauses)


async def _look(count_pages: CountPages, pauses: "_Pauses") -> None:
    loop = asyncio.get_running_loop()
    last, held = loop.time(), 0
    while True:
        await asyncio.sleep(_LOOK_EVERY - loop.time() % BEAT + _OFF_BEAT)
        open_pages, gone_pages = count_pages()
        # What the last search has left, somebody holds: another in a second would not free it.
        held = min(held, gone_pages)
        found, since_last = gone_pages - held, loop.time() - last
        if is_collection_due(open_pages=open_pages, gone_pages=found, since_last=since_last):
            _collect(open_pages, gone_pages)
            last, held = loop.time(), count_pages()[1]
        pauses.tell()


def _collect(open_pages: int, gone_pages: int) -> None:
    began = time.perf_counter()
    found = gc.collect()
    told = {
        "open_pages": open_pages,
        "gone_pages": gone_pages,
        "objects": found,
        "ms": round(1000 * (time.perf_counter() - began), 1),
    }
    _log.debug("memory searched", extra=told)


class _Pauses:
    """How long each search took: only noted here, and counted later.

    A search may come at any moment, also while a metric holds its lock.
    """

    def __init__(self) -> None:
        self._began = 0.0
        self._noted: deque[tuple[str, float]] = deque(maxlen=100_000)

    def __call__(self, phase: str, about: Mapping[str, Any]) -> None:
        if phase == "start":
            self._began = time.perf_counter()
        else:
            self._noted.append((str(about["generation"]), time.perf_counter() - self._began))

    def tell(self) -> None:
        while self._noted:
            generation, seconds = self._noted.popleft()
            metrics.gc_pauses.labels(generation).observe(seconds)
