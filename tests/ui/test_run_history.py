"""The past of a run's type: read once for a page that is open all day, by nobody for what ended."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from models import Role
from policy.access import Grant, Scope
from policy.estimate import TypicalDuration
from services.auth import Viewer
from services.run_history import HistoryKey
from services.snapshots import SharedReads
from tests.stepped_loop import stepped
from tests.unit.presenters.factories import a_run
from ui.run_history import RunHistory

TYPICAL = TypicalDuration(40.0, 120.0)


def a_page(*grants: Grant) -> Any:
    viewer = Viewer(1, 1, "Ada", "ada@example.test", None, (), grants)
    return SimpleNamespace(viewer=viewer)


def a_console(reads: list[HistoryKey]) -> Any:
    async def read(key: HistoryKey) -> TypicalDuration | None:
        reads.append(key)
        return TYPICAL

    clock = asyncio.get_running_loop().time
    return SimpleNamespace(histories=SharedReads.one_by_one("history", read, clock))


@stepped
async def test_it_is_read_once_for_all_ticks_and_now_and_then_again() -> None:
    reads: list[HistoryKey] = []
    console, page = a_console(reads), a_page(Grant(Role.OPERATOR, 1))
    histories = [RunHistory(console, page, a_run()) for _ in range(10)]

    for _ in range(80):
        for history in histories:
            await history.look_up(a_run())
        await asyncio.sleep(10)

    told = [history.estimate_of(a_run()) for history in histories]
    assert [one.typical for one in told if one] == [TYPICAL] * 10
    assert reads == [HistoryKey(Scope(1, None), "database.check")]
    await asyncio.sleep(200)
    await histories[0].look_up(a_run())
    assert len(reads) == 2


@stepped
async def test_a_read_that_failed_is_tried_again_at_the_next_tick() -> None:
    console = a_console([])
    failing = [OSError("away")]

    async def read(key: HistoryKey) -> TypicalDuration | None:
        if failing:
            raise failing.pop()
        return TYPICAL

    clock = asyncio.get_running_loop().time
    console.histories = SharedReads.one_by_one("history", read, clock)
    history = RunHistory(console, a_page(Grant(Role.OPERATOR, 1)), a_run())

    with pytest.raises(OSError, match="away"):
        await history.look_up(a_run())
    await asyncio.sleep(1)
    await history.look_up(a_run())

    told = history.estimate_of(a_run())
    assert told is not None
    assert told.typical == TYPICAL


@stepped
async def test_a_page_that_is_gone_watches_nothing_any_more() -> None:
    console = a_console([])
    history = RunHistory(console, a_page(Grant(Role.OPERATOR, 1)), a_run())

    history.close()
    await history.look_up(a_run())

    assert len(console.histories) == 0


@stepped
async def test_nothing_is_read_for_a_run_that_has_ended() -> None:
    reads: list[HistoryKey] = []
    history = RunHistory(a_console(reads), a_page(Grant(Role.OPERATOR, 1)), a_run())

    await history.look_up(a_run("completed", "succeeded"))

    assert (history.estimate_of(a_run("completed", "succeeded")), reads) == (None, [])


@stepped
async def test_it_is_the_past_that_the_person_sees_at_this_moment() -> None:
    reads: list[HistoryKey] = []
    console, page = a_console(reads), a_page(Grant(Role.OPERATOR, 1))
    history = RunHistory(console, page, a_run())
    await history.look_up(a_run())

    page.viewer = replace(page.viewer, grants=(Grant(Role.TENANT_VIEWER, 1, 7),))
    await history.look_up(a_run())
    page.viewer = replace(page.viewer, grants=())
    await history.look_up(a_run())

    assert [key.scope for key in reads] == [Scope(1, None), Scope(1, frozenset({7}))]
    assert history.estimate_of(a_run()) is None
    history.close()
    assert len(console.histories) == 0
