"""What a browser that says where it stands gets: nothing, or the present scene whole."""

from typing import Any

from services import metrics
from tests.stepped_loop import stepped
from tests.ui.watched_run import (
    RunPage,
    WatchedRun,
    open_page,
    open_visible_page,
    settle,
    watching,
)

PARTS = {"summary", "actions", "failures", "results", "timeline", "badge"}
ELSEWHERE = {"run_detail": 0}


def ticks() -> float:
    labels = {"surface": "run_detail"}
    return metrics.registry.get_sample_value("stillwatch_poll_ticks_total", labels) or 0


def is_whole(told: Any) -> bool:
    return told["from"] is None and told["parts"].keys() == PARTS


def stands(page: RunPage) -> dict[str, Any]:
    assert page.stage._shown is not None
    return {"run_detail": page.stage._shown.number}


async def finished(watched: WatchedRun, user: Any) -> RunPage:
    watched.finish()
    return await open_visible_page(user, watched)


@stepped
async def test_who_has_missed_nothing_is_sent_nothing_and_costs_no_read() -> None:
    async with watching() as (user, watched):
        page = await open_visible_page(user, watched)
        reads = watched.reads.copy()

        page.stand(stands(page))
        await settle()

        assert page.shown_to() == []
        assert watched.reads == reads


@stepped
async def test_who_has_missed_the_end_is_shown_it_whole_without_a_read() -> None:
    async with watching() as (user, watched):
        page = await finished(watched, user)
        before = watched.reads.copy(), ticks()

        page.stand(ELSEWHERE)
        await settle()

        (told,) = page.shown_to()
        assert is_whole(told)
        assert stands(page) == {"run_detail": told["to"]}
        assert (watched.reads, ticks()) == before
        assert page.live._timer is None


@stepped
async def test_who_has_missed_something_of_a_live_run_is_shown_the_present_whole() -> None:
    async with watching() as (user, watched):
        page = await open_visible_page(user, watched)

        page.stand(ELSEWHERE)
        await settle()

        (told,) = page.shown_to()
        assert is_whole(told)


@stepped
async def test_what_was_missed_under_a_dialog_comes_when_it_is_closed() -> None:
    async with watching() as (user, watched):
        page = await open_visible_page(user, watched)
        dialog = page.open_dialog()
        await settle()
        page.shown_to()

        page.stand(ELSEWHERE)
        await settle()
        assert page.shown_to() == []

        dialog.close()
        await settle()
        (told,) = page.shown_to()
        assert is_whole(told)


@stepped
async def test_a_missed_end_is_not_painted_under_a_dialog_either() -> None:
    async with watching() as (user, watched):
        page = await finished(watched, user)
        dialog = page.open_dialog()
        await settle()
        page.shown_to()

        page.stand(ELSEWHERE)
        await settle()
        assert [told for told in page.shown_to() if told["parts"].keys() - {"badge"}] == []

        reads = watched.reads["run"]
        dialog.close()
        await settle()
        (told,) = page.shown_to()
        assert is_whole(told)
        assert watched.reads["run"] == reads


@stepped
async def test_an_end_that_was_missed_before_the_first_report_comes_with_it() -> None:
    async with watching() as (user, watched):
        watched.finish()
        page = await open_page(user, watched)
        await page.wire.connect()

        page.stand(ELSEWHERE)
        page.report("visible")
        await settle()

        told = page.shown_to()
        assert is_whole(told[-1])
        assert watched.reads["run"] == 0


@stepped
async def test_whatever_a_browser_says_of_where_it_stands_harms_nobody() -> None:
    async with watching() as (user, watched):
        page = await open_visible_page(user, watched)

        for standing in (
            {},
            {"run_detail": None},
            {"run_detail": [1]},
            {"other": 5},
            {"run_detail": "x"},
        ):
            page.stand(standing)
            await settle()
        page.browser._hear_standing(type("Event", (), {"args": "nonsense"})())
        await settle()

        assert page.live.shown is not None
        assert page.stage.is_at(stands(page)["run_detail"])
