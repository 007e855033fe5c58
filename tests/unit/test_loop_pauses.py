"""A loop that was held up, in stepped time."""

import asyncio

from services import metrics
from services.loop_pauses import loop_pauses_measured
from tests.stepped_loop import SteppedLoop, stepped


def pauses_over(seconds: str) -> float:
    def count(name: str, **labels: str) -> float:
        return metrics.registry.get_sample_value(f"stillwatch_loop_pause_seconds_{name}", labels)

    return count("count") - count("bucket", le=seconds)


def hold_up(seconds: float) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SteppedLoop)
    loop.now += seconds


@stepped
async def test_a_pause_is_seen_whenever_it_comes() -> None:
    before = pauses_over("0.1")
    async with loop_pauses_measured():
        for _ in range(50):
            await asyncio.sleep(0.107)
            hold_up(0.16)

        await asyncio.sleep(1)

    assert pauses_over("0.1") == before + 50


@stepped
async def test_a_loop_that_nobody_holds_up_has_no_pauses() -> None:
    before = pauses_over("0.001")
    async with loop_pauses_measured():
        await asyncio.sleep(60)

    assert pauses_over("0.001") == before
    assert metrics.registry.get_sample_value("stillwatch_loop_lag_seconds") < 0.001


@stepped
async def test_the_gauge_tells_the_worst_of_the_last_half_second() -> None:
    async with loop_pauses_measured():
        await asyncio.sleep(0.1)
        hold_up(0.3)
        await asyncio.sleep(0.5)

        assert metrics.registry.get_sample_value("stillwatch_loop_lag_seconds") >= 0.25

        await asyncio.sleep(1)
        assert metrics.registry.get_sample_value("stillwatch_loop_lag_seconds") < 0.001
