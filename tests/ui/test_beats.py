"""When the timers of all pages fire: on beats they share, never drifting, and never as one herd."""

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import uvloop

from tests.stepped_loop import stepped
from tests.ui.rig import page


def timer(client: Any, interval: float, call: Callable[[], None]) -> Any:
    from ui.steady_timer import SteadyTimer

    async def called() -> None:
        call()

    with client:
        return SteadyTimer(interval, called)


@stepped
async def test_timers_armed_at_any_moment_tick_on_the_same_beats() -> None:
    async with page() as rig:
        clock = asyncio.get_running_loop().time
        ticks: list[float] = []
        for _ in range(7):
            timer(rig.client, 5, lambda: ticks.append(clock()))
            await asyncio.sleep(0.37)

        await asyncio.sleep(30)

        assert len(ticks) >= 35
        assert [at for at in ticks if at != round(at)] == []


@pytest.mark.parametrize("interval", [1, 5, 10])
def test_the_first_tick_lies_within_half_a_beat_of_the_interval(interval: int) -> None:
    @stepped
    async def first_ticks() -> None:
        async with page() as rig:
            clock = asyncio.get_running_loop().time
            for _ in range(10):
                armed_at, ticks = clock(), []  # type: ignore[var-annotated]
                one = timer(rig.client, interval, lambda t=ticks: t.append(clock()))  # type: ignore[misc]
                await asyncio.sleep(2 * interval)
                one.cancel()
                assert abs(ticks[0] - armed_at - interval) <= 0.5
                await asyncio.sleep(0.13)

    first_ticks()


@stepped
async def test_a_delay_that_is_no_whole_beat_is_never_cut_short() -> None:
    async with page() as rig:
        clock = asyncio.get_running_loop().time
        for delay in (1.1, 2.5, 11.9):
            armed_at, ticks = clock(), []  # type: ignore[var-annotated]
            one = timer(rig.client, delay, lambda t=ticks: t.append(clock()))  # type: ignore[misc]
            await asyncio.sleep(delay + 1.01)
            one.cancel()
            assert delay <= ticks[0] - armed_at <= delay + 1


@stepped
async def test_a_herd_of_a_thousand_lets_the_loop_breathe_and_loses_no_tick() -> None:
    async with page() as rig:
        clock = asyncio.get_running_loop().time
        turn = 0
        in_a_turn: Counter[int] = Counter()
        at_a_beat: Counter[float] = Counter()

        async def want_the_loop() -> None:
            nonlocal turn
            for _ in range(50):
                turn += 1
                await asyncio.sleep(0)

        def fire() -> None:
            if not at_a_beat[clock()]:
                asyncio.create_task(want_the_loop())  # noqa: RUF006
            in_a_turn[turn] += 1
            at_a_beat[clock()] += 1

        for _ in range(1000):
            timer(rig.client, 1, fire)
        await asyncio.sleep(5.7)

        assert max(in_a_turn.values()) <= 200
        assert set(at_a_beat.values()) == {1000}
        assert len(at_a_beat) >= 5


@stepped
async def test_a_cancelled_timer_is_forgotten_and_its_beat_goes_on_for_the_others() -> None:
    async with page() as rig:
        calls: Counter[str] = Counter()
        gone = timer(rig.client, 1, lambda: calls.update(["gone"]))
        timer(rig.client, 1, lambda: calls.update(["stays"]))
        await asyncio.sleep(2.6)
        gone.cancel()
        before = calls["gone"]

        await asyncio.sleep(10)

        assert calls["gone"] == before
        assert calls["stays"] >= 12


def test_the_loop_that_serves_the_console_keeps_the_beat_when_it_is_late() -> None:
    """Its alarm for what is over has no time to be asked for; a tick was lost with every herd."""
    from ui.steady_timer import Metronome

    class Member:
        def fire(self, beat: int) -> None:
            fired.append(beat)

    async def come_late() -> None:
        metronome = Metronome(asyncio.get_running_loop())
        over = math.floor(metronome.now) - 1
        for late in (over, over + 1, over - 1):
            metronome.add(Member(), late)  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
        assert sorted(fired) == [over - 1, over, over + 1]

    fired: list[int] = []
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(come_late())
