"""Garbage collection as the console has it, in stepped time and told by counts."""

import asyncio
import gc
import weakref

from services import metrics
from services.quiet_memory import quiet_memory
from tests.stepped_loop import stepped


class Circle:
    """What only a search can free."""

    def __init__(self) -> None:
        self.itself = self


def full_searches() -> int:
    return int(gc.get_stats()[2]["collections"])


def told(generation: str) -> float:
    name, labels = "stillwatch_gc_pause_seconds_count", {"generation": generation}
    return metrics.registry.get_sample_value(name, labels) or 0.0


@stepped
async def test_while_no_page_is_gone_nothing_old_is_searched() -> None:
    async with quiet_memory(lambda: (1000, 0)):
        before = full_searches()
        kept = [[] for _ in range(100_000)]  # enough for many searches, were they automatic
        await asyncio.sleep(1800)

        assert full_searches() == before
    assert len(kept) == 100_000


@stepped
async def test_pages_that_are_gone_leave_the_memory_when_they_are_enough() -> None:
    gone: weakref.WeakSet[Circle] = weakref.WeakSet()
    async with quiet_memory(lambda: (100, len(gone))):
        gone.update(Circle() for _ in range(25))
        await asyncio.sleep(10)

        assert len(gone) == 0


@stepped
async def test_pages_that_somebody_holds_are_not_searched_for_every_second() -> None:
    """As those do that wait for a reading of a database that hangs."""
    gone: weakref.WeakSet[Circle] = weakref.WeakSet()
    async with quiet_memory(lambda: (100, len(gone))):
        held = [Circle() for _ in range(30)]
        gone.update(held)
        before = full_searches()
        await asyncio.sleep(60)
        assert full_searches() == before + 1

        gone.update(Circle() for _ in range(25))
        await asyncio.sleep(2)

        assert len(gone) == len(held)


@stepped
async def test_every_search_is_told() -> None:
    before = told("2")
    counted = iter([(0, 30), *[(0, 0)] * 100])  # counted again after a search
    async with quiet_memory(lambda: next(counted)):
        await asyncio.sleep(30)

    assert told("2") == before + 2  # at the start, and for those that were gone


@stepped
async def test_what_was_before_is_so_again_afterwards() -> None:
    before = gc.get_threshold()

    async with quiet_memory(lambda: (0, 0)):
        assert gc.get_threshold() != before

    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
