"""An hour of it, minute by minute, in stepped time and in memory that does not grow."""

import asyncio
from datetime import UTC, datetime, timedelta

from services.refresh_history.figures import Figures, Series
from services.refresh_history.history import History
from services.refresh_history.recording import recorded
from services.slow_statements.keeping import SlowStatements
from tests.stepped_loop import stepped

START = datetime(2026, 11, 24, 11, 0, 5, tzinfo=UTC)
TICKS: Series = ("stillwatch_poll_ticks_total", (("surface", "run_detail"),))
BAD: Series = ("stillwatch_terminal_polls_total", (("surface", "run_detail"),))


class Process:
    """Counters and a clock in the test's hands."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.counters: dict[Series, float] = {TICKS: 1_000.0, BAD: 0.0}
        self.statements = SlowStatements(lambda: self.now)
        self.history = History(self.read, self.statements)

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def read(self) -> Figures:
        return Figures(self.now, self.seconds, dict(self.counters), {})

    def measure(self, times: int = 1, ticks: float = 20.0) -> None:
        for _ in range(times):
            self.seconds += 10.0
            self.counters[TICKS] += ticks
            self.history.measure()


def test_before_the_first_measurement_only_the_begin_is_known() -> None:
    snapshot = Process().history.snapshot()

    assert (snapshot.begun_at, snapshot.latest, snapshot.hour, snapshot.points) == (
        START,
        None,
        None,
        (),
    )


def test_what_was_counted_before_the_begin_is_not_of_the_hour() -> None:
    process = Process()

    process.measure()

    latest = process.history.snapshot().latest
    assert latest is not None
    assert latest.total("stillwatch_poll_ticks_total") == 20.0
    assert latest.rate("stillwatch_poll_ticks_total") == 2.0


def test_a_minute_is_a_point_once_it_is_over_and_counts_from_the_first_second() -> None:
    process = Process()

    process.measure(times=6)
    assert process.history.snapshot().points == ()

    process.measure()
    snapshot = process.history.snapshot()
    assert [(p.at, p.ticks) for p in snapshot.points] == [(START, 2.0)]
    assert snapshot.hour is not None
    assert snapshot.hour.total("stillwatch_poll_ticks_total") == 7 * 20.0


def test_after_a_day_it_remembers_an_hour_and_no_more() -> None:
    process = Process()
    process.measure(times=6 * 60 * 23, ticks=500.0)

    process.measure(times=6 * 61)

    snapshot = process.history.snapshot()
    assert len(snapshot.points) == 60
    assert snapshot.hour is not None
    assert 3_600 <= snapshot.hour.seconds <= 3_660
    assert snapshot.hour.rate("stillwatch_poll_ticks_total") == 2.0


def test_a_machine_that_slept_shows_nothing_of_before() -> None:
    process = Process()
    process.measure(times=60)
    process.seconds += 8 * 3_600

    process.measure(times=8)

    assert all(
        process.now - p.at < timedelta(minutes=61) for p in process.history.snapshot().points
    )


def test_a_poll_of_a_finished_record_is_remembered_for_as_long_as_the_process_lives() -> None:
    process = Process()
    process.measure()
    assert process.history.snapshot().terminal_polls == {}

    process.counters[BAD] = 3.0
    process.measure()
    at = process.now
    process.measure(times=6 * 90)

    snapshot = process.history.snapshot()
    assert snapshot.terminal_polls == {"run_detail": 3}
    assert snapshot.polled_terminal_at == at


def test_all_who_ask_between_two_measurements_get_the_same_object() -> None:
    process = Process()
    process.measure()

    first = process.history.snapshot()

    assert process.history.snapshot() is first
    process.measure()
    assert process.history.snapshot().number == first.number + 1


def test_slow_statements_of_an_hour_ago_are_dropped_whether_anybody_looks_or_not() -> None:
    process = Process()
    for number in range(10):
        process.statements.observe(f"SELECT {number}", 5.0)
    process.measure(times=6 * 66)

    process.statements.observe("SELECT now", 0.1)
    process.measure()

    assert [one.text for one in process.history.snapshot().slowest] == ["SELECT now"]


@stepped
async def test_it_is_measured_every_ten_seconds_while_the_process_serves() -> None:
    loop = asyncio.get_running_loop()
    process = Process()
    process.statements.observe("SELECT of_the_start", 5.0)
    taken: list[float] = []
    begun = loop.time()

    def read() -> Figures:
        taken.append(loop.time() - begun)
        return process.read()

    process.history._read = read
    async with recorded(process.history):
        await asyncio.sleep(35)
        loop.now += 60.0  # type: ignore[attr-defined]  # something held the loop for a minute
        await asyncio.sleep(21)
    await asyncio.sleep(60)

    assert [round(at) for at in taken] == [0, 10, 20, 30, 95, 100, 110]
    assert process.history.snapshot().slowest == ()
