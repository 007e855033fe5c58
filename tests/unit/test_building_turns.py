"""Who opens many pages waits behind its own, and not before anybody else; in stepped time."""

import asyncio

from tests.stepped_loop import stepped
from ui.building_turns import BuildingTurns
from ui.crowd import Party

EAGER, OTHER = Party("192.0.2.1", "eager"), Party("192.0.2.1", "other")


async def build(turns: BuildingTurns, party: Party, takes: float, *, hurried: bool = False) -> None:
    async with turns.taken_by(party, is_hurried=hurried):
        await asyncio.sleep(takes)


@stepped
async def test_of_one_sign_in_two_pages_are_built_at_once_and_others_beside_them() -> None:
    turns, loop = BuildingTurns(), asyncio.get_running_loop()
    began = loop.time()
    flood = [asyncio.create_task(build(turns, EAGER, 1.0)) for _ in range(100)]
    await asyncio.sleep(0)

    await build(turns, OTHER, 1.0)

    assert loop.time() - began < 1.1
    assert sum(task.done() for task in flood) <= 2
    await asyncio.gather(*flood)
    assert 50 <= loop.time() - began < 51


@stepped
async def test_in_a_hurry_four_fifths_of_the_time_are_for_others() -> None:
    turns, loop = BuildingTurns(), asyncio.get_running_loop()
    began = loop.time()

    for _ in range(100):  # also one after another, each with an empty queue before it
        await build(turns, EAGER, 0.01, hurried=True)
    together = [build(turns, EAGER, 0.01, hurried=True) for _ in range(100)]
    await asyncio.gather(*together)

    assert loop.time() - began >= 200 * 0.05 / 2 - 0.1


@stepped
async def test_an_answer_that_is_taken_slowly_holds_no_place() -> None:
    turns, loop = BuildingTurns(), asyncio.get_running_loop()
    began = loop.time()

    async def download() -> None:
        async with turns.taken_by(EAGER, is_hurried=False) as turn:
            turn.end()
            await asyncio.sleep(60)

    await asyncio.gather(*(download() for _ in range(10)))

    assert loop.time() - began < 61


@stepped
async def test_who_gives_up_waiting_or_is_through_leaves_nothing_behind() -> None:
    turns = BuildingTurns()
    flood = [asyncio.create_task(build(turns, EAGER, 1.0, hurried=True)) for _ in range(100)]
    await asyncio.sleep(0.5)

    for task in flood[:50]:
        task.cancel()
    await asyncio.gather(*flood, return_exceptions=True)
    await asyncio.sleep(2)

    assert len(turns) == 0
    await build(turns, EAGER, 0.0)


@stepped
async def test_the_whole_console_builds_sixteen_at_once() -> None:
    turns, loop = BuildingTurns(), asyncio.get_running_loop()
    began = loop.time()
    people = [Party("192.0.2.1", str(number)) for number in range(32)]

    await asyncio.gather(*(build(turns, person, 1.0) for person in people))

    assert 2 <= loop.time() - began < 2.1
