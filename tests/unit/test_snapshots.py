"""Sharing of reads: POLICY.md, case 27."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from services import metrics
from services.snapshots import ReadAbandonedError, SharedReads
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
    return SharedReads.one_by_one("run", source.read, asyncio.get_running_loop().time)


def shared_count() -> float:
    return metrics.snapshot_shared.labels("run")._value.get()


@stepped
async def test_a_thousand_viewers_at_any_phase_cost_one_read_per_interval() -> None:
    source = Source()
    reads = shared(source)

    async def view(phase: int) -> None:
        watch = reads.watch(1)
        await asyncio.sleep(phase)
        for _ in range(20):
            begun = asyncio.get_running_loop().time()
            await watch.read(10.0)
            await asyncio.sleep(begun + 10.0 - asyncio.get_running_loop().time())

    await asyncio.gather(*(view(number % 10) for number in range(1000)))

    assert source.reads == 20


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
async def test_an_answer_that_is_none_fails_those_who_wait_and_keeps_nobody_waiting() -> None:
    async def read(known: Mapping[int, str | None]) -> Any:
        return "no mapping"

    reads = SharedReads("run", read, asyncio.get_running_loop().time)

    with pytest.raises(AttributeError):
        await reads.watch(1).read(1.0)


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

    reads = SharedReads.one_by_one("run", read, asyncio.get_running_loop().time)
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


class Table:
    """Records that are read all at once, in 0.1 s."""

    def __init__(self) -> None:
        self.values: dict[int, str] = {}
        self.statements: list[dict[int, str | None]] = []

    async def read(self, known: Mapping[int, str | None]) -> dict[int, str]:
        self.statements.append(dict(known))
        await asyncio.sleep(0.1)
        return {key: self.values[key] for key in known if key in self.values}


def shared_table(table: Table) -> SharedReads[int, str]:
    return SharedReads("run", table.read, asyncio.get_running_loop().time)


@stepped
async def test_what_is_due_at_once_is_one_statement_given_what_is_known() -> None:
    table = Table()
    reads = shared_table(table)
    watches = [reads.watch(number) for number in range(200)]
    table.values = {number: f"run {number}" for number in range(199)}

    first = await asyncio.gather(*(watch.read(1.0) for watch in watches))
    await asyncio.sleep(0.9)
    await asyncio.gather(*(watch.read(1.0) for watch in watches))

    assert first == [*table.values.values(), None]
    assert table.statements == [dict.fromkeys(range(200)), {**table.values, 199: None}]


@stepped
async def test_what_is_watched_at_the_same_pace_is_read_along() -> None:
    """So that two hundred lists, each at its own phase, cost one statement per interval."""
    table = Table()
    reads = shared_table(table)
    watches = [reads.watch(number) for number in range(30)]
    for watch in watches[:20]:
        watch.keep_pace(10.0)
    watches[20].keep_pace(30.0)

    for beat in range(20):
        await watches[beat].read(10.0)
        await asyncio.sleep(0.9)

    assert [set(known) for known in table.statements] == [set(range(20))] * 2


@stepped
async def test_who_does_not_ask_is_read_for_no_more() -> None:
    table = Table()
    reads = shared_table(table)
    first, second = reads.watch(1), reads.watch(2)
    for watch in (first, second):
        watch.keep_pace(1.0)
    second.keep_pace(None)

    await first.read(1.0)

    assert [set(known) for known in table.statements] == [{1}]


@stepped
async def test_who_was_not_waiting_hears_of_news_and_only_of_news() -> None:
    table = Table()
    table.values = {1: "queued"}
    reads = shared_table(table)
    heard: list[str] = []
    asking, hearing = reads.watch(1), reads.watch(1, heard.append)
    reads.watch(1, lambda value: heard.append("closed")).close()

    await asking.read(1.0)
    await asking.read(1.0, fresh=True)
    table.values = {1: "running"}
    await asyncio.gather(asking.read(1.0, fresh=True), hearing.read(1.0, fresh=True))
    table.values = {1: "completed"}
    await asking.read(1.0, fresh=True)

    assert heard == ["queued", "completed"]


@stepped
async def test_a_read_that_is_given_up_is_an_error_to_those_who_wait() -> None:
    reads = shared_table(Table())
    waiting = asyncio.create_task(reads.watch(1).read(1.0))
    await asyncio.sleep(0.05)

    for task in asyncio.all_tasks():
        if task.get_name() == "read run":
            task.cancel()

    with pytest.raises(ReadAbandonedError):
        await waiting


@stepped
async def test_a_read_that_hangs_is_an_error_and_the_next_call_tries_again() -> None:
    times = iter((10_000.0, 0.1))

    async def read(key: int) -> str:
        await asyncio.sleep(next(times))
        return "running"

    watch = SharedReads.one_by_one("run", read, asyncio.get_running_loop().time).watch(1)

    with pytest.raises(TimeoutError):
        await watch.read(1.0)

    assert await watch.read(1.0) == "running"


@stepped
async def test_a_herd_that_is_served_lets_the_loop_breathe() -> None:
    table = Table()
    table.values = {1: "running"}
    reads = shared_table(table)
    waiting = [asyncio.create_task(reads.watch(1).read(1.0)) for _ in range(1000)]
    await asyncio.sleep(0.1)

    turns = 0
    while not all(task.done() for task in waiting):
        turns += 1
        await asyncio.sleep(0)

    assert turns >= 1000 // 50


@stepped
async def test_who_fails_to_take_news_keeps_them_from_nobody_else() -> None:
    reads = shared(Source())
    heard: list[int] = []

    def stumble(news: int) -> None:
        raise RuntimeError("a page that is broken")

    reader, _broken, _whole = (
        reads.watch(1),
        reads.watch(1, stumble),
        reads.watch(1, heard.append),
    )

    await reader.read(1.0)
    await asyncio.sleep(0)

    assert heard == [1]


@stepped
async def test_what_is_read_one_by_one_neither_waits_for_nor_fails_with_another() -> None:
    loop = asyncio.get_running_loop()

    async def read(key: str) -> str:
        if key == "broken":
            raise ValueError("no such thing")
        await asyncio.sleep(3.0 if key == "slow" else 0.1)
        return key

    reads = SharedReads.one_by_one("overview", read, loop.time)
    watches = {key: reads.watch(key) for key in ("slow", "broken", "good")}
    for watch in watches.values():
        watch.keep_pace(10.0)
    began = loop.time()

    others = [asyncio.create_task(watches[key].read(10.0)) for key in ("slow", "broken")]
    await watches["good"].read(10.0)

    assert loop.time() - began == pytest.approx(0.1)
    slow, broken = await asyncio.gather(*others, return_exceptions=True)
    assert slow == "slow"
    assert isinstance(broken, ValueError)


@stepped
async def test_a_read_of_several_statements_is_counted_as_so_many() -> None:
    async def read(known: Mapping[int, int | None]) -> Mapping[int, int]:
        return dict.fromkeys(known, 0)

    def reads_counted() -> float:
        return metrics.snapshot_reads.labels("list")._value.get()

    reads = SharedReads(
        "list", read, asyncio.get_running_loop().time, lambda keys: len({key % 2 for key in keys})
    )
    watches = [reads.watch(number) for number in range(4)]
    before = reads_counted()

    await asyncio.gather(*(watch.read(1.0) for watch in watches))

    assert reads_counted() == before + 2
