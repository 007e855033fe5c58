"""The beat of all pages does not stop with the trouble of one."""

import asyncio
from typing import Any

import pytest
from nicegui import core

from tests.stepped_loop import stepped
from ui.steady_timer import metronome_of_this_loop


class _Timer:
    def __init__(self, fired: list[str], name: str) -> None:
        self._fired = fired
        self._name = name

    def fire(self, due: int) -> None:
        if self._name == "broken":
            raise RuntimeError("the parent slot has been deleted")
        self._fired.append(self._name)


@stepped
async def test_a_timer_that_cannot_fire_stops_neither_its_beat_nor_the_next() -> None:
    fired: list[str] = []
    told: list[Exception] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core.app, "handle_exception", told.append)
        metronome = metronome_of_this_loop()
        beat = int(metronome.now) + 2
        for name, due in (("same beat", beat), ("broken", beat), ("next beat", beat + 1)):
            timer: Any = _Timer(fired, name)
            metronome.add(timer, due)

        await asyncio.sleep(5)

    assert fired == ["same beat", "next beat"]
    assert len(told) == 1
