"""Sharing of reads: POLICY.md, case 27."""

import asyncio

import pytest

from services import metrics
from services.snapshots import SharedReads
from tests.stepped_loop import stepped


class Source:
    """A record that is read in 0.1 s, or fails."""

    def __init__(self) -> None:
        self.reads = 0
        self.error: Exception | None = None

    async def read(self, key: int) -> int:
        self.reads += 1
        number = self.reads
        await asyncio.sleep(0.1)
        if self.error:
            raise self.error
        return number


def shared(source: Source) -> SharedReads[int, int]:
    return SharedReads("run", source.read, asyncio.get_running_loop().time)


def shared_count() -> float:
    return metrics.snapshot_shared.labels("run")._value.get()


@stepped
async def test_a_thousand_viewers_at_any_phase_cost_one_read_per_interval() -> None:
    source = Source()
    reads = shared(source)

    async def view(phase: float) -> None:
        watch = reads.watch(1)
        await asyncio.sleep(phase)
        for _ in range(20):
            await watch.read(1.0)
            await asyncio.sleep(0.9 if phase == 0 else 1.0)

    await asyncio.gather(*(view(number / 1000) for number in range(1000)))

    assert 20 <= source.reads <= 25


@stepped
async def test_a_single_viewer_reads_at_every_tick() -> None:
    source = Source()
    watch = shared(source).watch(1)

    for _ in range(10):
        await watch.read(1.0)
        await asyncio.sleep(0.85)

    assert source.reads == 10


@stepped
async def test_no_answer_is_older_than_an_interval() -> None:
    source = Source()
    reads = shared(source)
    early, late = reads.watch(1), reads.watch(1)
    await early.read(1.0)
    await asyncio.sleep(1.0)

    answer = await late.read(1.0)

    assert answer == 2


@stepped
async def test_an_answer_is_as_old_as_its_read_whoever_has_made_it() -> None:
    reads = shared(Source())
    early, late = reads.watch(1), reads.watch(1)
    await early.read(10.0)
    await asyncio.sleep(8.9)

    await late.read(10.0)

    assert late.age == early.age == pytest.approx(9.0)


@stepped
async def test_one_viewer_leaving_in_the_middle_disturbs_nobody() -> None:
    source = Source()
    reads = shared(source)
    leaving = asyncio.create_task(reads.watch(1).read(1.0))
    staying = asyncio.create_task(reads.watch(1).read(1.0))
    await asyncio.sleep(0.05)

    leaving.cancel()

    assert await staying == 1
    assert source.reads == 1


@stepped
async def test_a_failed_read_reaches_every_waiter_and_the_next_call_tries_again() -> None:
    source = Source()
    source.error = ConnectionError("away")
    reads = shared(source)
    watches = [reads.watch(1) for _ in range(3)]

    results = await asyncio.gather(*(w.read(1.0) for w in watches), return_exceptions=True)
    source.error = None
    recovered = await watches[0].read(1.0)

    assert [type(result) for result in results] == [ConnectionError] * 3
    assert recovered == 2


@stepped
async def test_a_fresh_read_joins_none_that_began_before_it() -> None:
    source = Source()
    reads = shared(source)
    old = asyncio.create_task(reads.watch(1).read(1.0))
    await asyncio.sleep(0.05)

    fresh = await reads.watch(1).read(1.0, fresh=True)

    assert fresh == 2
    assert await old == 1


@stepped
async def test_a_slow_older_read_does_not_replace_a_newer_answer() -> None:
    delays = iter((5.0, 0.1))
    answers = iter(("old", "new"))

    async def read(_key: int) -> str:
        delay, answer = next(delays), next(answers)
        await asyncio.sleep(delay)
        return answer

    reads = SharedReads("run", read, asyncio.get_running_loop().time)
    slow = asyncio.create_task(reads.watch(1).read(10.0))
    await asyncio.sleep(0.01)
    await reads.watch(1).read(10.0, fresh=True)
    await slow

    latest = await reads.watch(1).read(10.0)

    assert latest == "new"


@stepped
async def test_an_entry_leaves_with_its_last_viewer() -> None:
    reads = shared(Source())
    first, second = reads.watch(1), reads.watch(1)

    first.close()
    first.close()
    assert len(reads) == 1
    second.close()

    assert len(reads) == 0


@stepped
async def test_reads_and_shared_answers_are_counted() -> None:
    source = Source()
    reads = shared(source)
    before = shared_count()

    await asyncio.gather(*(reads.watch(1).read(1.0) for _ in range(5)))

    assert source.reads == 1
    assert shared_count() - before == 4


@stepped
async def test_the_latest_answer_is_at_hand_for_as_long_as_somebody_watches() -> None:
    reads = shared(Source())
    watch = reads.watch(7)
    before = reads.latest(7)
    await watch.read(1)
    meanwhile = reads.latest(7)
    watch.close()

    assert (before, meanwhile, reads.latest(7)) == (None, 1, None)
