"""What another viewer's read brings: painted at once where it may be, and never asked for again."""

import asyncio

from services import metrics
from tests.stepped_loop import stepped
from tests.ui.watched_run import (
    READER,
    RunPage,
    open_page,
    open_visible_page,
    settle,
    watching,
)


def count(name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"stillwatch_{name}", labels) or 0


def ticks() -> float:
    return count("poll_ticks_total", surface="run_detail")


def version_of(page: RunPage) -> str:
    return page.stage._badge.view["version"]


@stepped
async def test_two_pages_out_of_phase_cost_one_read_each_ten_seconds_and_both_are_in_time() -> None:
    async with watching() as (user, watched):
        first = await open_visible_page(user, watched)
        await asyncio.sleep(75)  # so old that both are asked for every ten seconds
        await asyncio.sleep(4.3)
        second = await open_visible_page(user, watched, session_id=2)
        await asyncio.sleep(20)
        reads, before = watched.reads["run"], watched.reads["access"]

        for _ in range(6):
            watched.change()
            await asyncio.sleep(10)
            assert {version_of(first), version_of(second)} == {str(watched.run.version)}

        assert watched.reads["run"] == reads + 6
        assert watched.reads["access"] == before + 6


@stepped
async def test_news_is_painted_with_the_read_that_brings_it_and_counts_no_tick() -> None:
    async with watching(age=3600) as (user, watched):
        first = await open_visible_page(user, watched)
        await asyncio.sleep(5)
        second = await open_visible_page(user, watched, session_id=2)
        watched.change()
        before = ticks()

        first.live.nudge(own_action=True)
        await settle()

        assert version_of(first) == version_of(second) == "2"
        assert len(second.shown_to()) == 1
        assert ticks() == before + 1  # the first one's own


@stepped
async def test_news_is_not_painted_under_a_dialog_nor_while_hidden() -> None:
    async with watching(age=3600) as (user, watched):
        first = await open_visible_page(user, watched)
        asked = await open_visible_page(user, watched, session_id=2)
        hidden = await open_visible_page(user, watched, session_id=3)
        dialog = asked.open_dialog()
        hidden.report("hidden")
        await settle()
        for page in (asked, hidden):
            page.shown_to()
        watched.change()

        first.live.nudge(own_action=True)
        await settle()

        assert [version_of(page) for page in (first, asked, hidden)] == ["2", "1", "1"]
        assert asked.shown_to() == hidden.shown_to() == []

        dialog.close()
        hidden.report("visible")
        await settle()
        assert version_of(asked) == version_of(hidden) == "2"


@stepped
async def test_news_never_wakes_a_page_that_has_ended() -> None:
    async with watching(age=3600) as (user, watched):
        watched.finish()
        ended = await open_visible_page(user, watched)
        watched.change(status="running", outcome=None, completed_at=None)
        other = await open_visible_page(user, watched, session_id=2)
        watched.change()

        other.live.nudge(own_action=True)
        await asyncio.sleep(60)

        assert version_of(ended) == "2"
        assert ended.live._timer is None
        assert ended.shown_to() == []


@stepped
async def test_who_has_lost_the_right_is_told_no_news() -> None:
    async with watching(age=3600) as (user, watched):
        first = await open_visible_page(user, watched)
        await asyncio.sleep(4)
        second = await open_visible_page(user, watched, session_id=2)
        await asyncio.sleep(20)
        second.shown_to()
        watched.sign_in(2, grants=())
        watched.change()

        await asyncio.sleep(10)

        assert version_of(first) == "2"
        assert second.live.shown is None
        assert all("summary" not in told["parts"] for told in second.shown_to())


@stepped
async def test_a_page_s_own_tick_after_news_is_served_without_a_read() -> None:
    async with watching(age=3600) as (user, watched):
        first = await open_visible_page(user, watched)
        await asyncio.sleep(13)
        await open_visible_page(user, watched, session_id=2)
        await asyncio.sleep(30)
        watched.change()
        first.live.nudge(own_action=True)
        await settle()
        reads, before = watched.reads["run"], ticks()

        await asyncio.sleep(9.4)  # the other's tick lies in here

        assert ticks() > before
        assert watched.reads["run"] == reads


@stepped
async def test_a_lost_right_bites_within_one_tick_and_nobody_else_notices() -> None:
    async with watching() as (user, watched):
        pages = [
            await open_visible_page(user, watched, session_id=session, grants=READER)
            for session in (1, 2, 3)
        ]
        await asyncio.sleep(3)
        watched.sign_in(2, grants=())
        del watched.viewers[3]

        await asyncio.sleep(1.5)
        reads = watched.reads["run"]
        watched.change()
        await asyncio.sleep(1.5)

        assert [page.live.shown is None for page in pages] == [False, True, True]
        assert version_of(pages[0]) == "2"
        assert watched.reads["run"] <= reads + 2


@stepped
async def test_a_beat_costs_one_read_of_the_rights_however_many_have_signed_in() -> None:
    async with watching() as (user, watched):
        for session in range(1, 13):
            await open_visible_page(user, watched, session_id=session)
            await asyncio.sleep(0.03)
        await asyncio.sleep(2)
        before = watched.reads.copy()

        await asyncio.sleep(5)

        assert watched.reads - before == {"access": 5, "run": 5}


@stepped
async def test_nothing_polls_what_has_ended_and_closed_pages_are_counted_no_more() -> None:
    def open_pages() -> float:
        return sum(
            sample.value
            for family in metrics.registry.collect()
            for sample in family.samples
            if sample.name == "stillwatch_pages" and sample.labels["surface"] == "run_detail"
        )

    async with watching() as (user, watched):
        before = open_pages(), count("terminal_polls_total", surface="run_detail")
        pages = [await open_page(user, watched, session_id=number) for number in (1, 2, 3)]
        for page in pages[:2]:
            await page.wire.connect()
            page.report("visible")
        await asyncio.sleep(5)
        assert open_pages() == before[0] + 3
        watched.finish()
        await asyncio.sleep(65)
        assert version_of(pages[0]) == version_of(pages[1]) == "2"

        for page in pages:
            page.client.delete()
        await settle()

        assert (open_pages(), count("terminal_polls_total", surface="run_detail")) == before
        assert len(watched.console.runs) == len(watched.console.access) == 0
