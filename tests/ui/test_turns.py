"""What time alone changes: one repaint without a read, and a card that is read again on show."""

import asyncio
from datetime import timedelta

from nicegui import ui

from policy.decision import Reason
from services import metrics
from tests.stepped_loop import stepped
from tests.ui.rig import PackScreen, Rig, page

A_MONTH = 30 * 86400.0


def ticks() -> float:
    return metrics.registry.get_sample_value(
        "stillwatch_poll_ticks_total", {"surface": "review_pack"}
    )


def has_turned(rig: Rig) -> bool:
    return rig.screen.looks_painted == ["expired"] and rig.badge.reason is Reason.EXPIRED


@stepped
async def test_a_card_turns_at_its_time_by_one_paint_and_no_read() -> None:
    async with page(PackScreen) as rig:
        rig.report("visible")
        before = ticks()
        await asyncio.sleep(59.9)
        assert rig.screen.paints == []
        assert rig.badge.reason is Reason.TERMINAL

        await asyncio.sleep(0.2)

        assert has_turned(rig)
        assert rig.badge.armed is None
        await asyncio.sleep(3600)
        assert len(rig.screen.paints) == 1
        assert rig.screen.reads == []
        assert ticks() == before


@stepped
async def test_a_card_that_expires_in_a_month_turns_in_a_month() -> None:
    async with page(PackScreen, expires_in=A_MONTH) as rig:
        rig.report("visible")
        for _ in range(29):
            await rig.pass_time(86400)
        await rig.pass_time(86390)
        assert rig.screen.paints == []

        await asyncio.sleep(10)

        assert has_turned(rig)
        assert rig.screen.reads == []


@stepped
async def test_the_end_of_the_calendar_is_not_too_far_away() -> None:
    async with page(PackScreen, expires_in=7900 * 365 * 86400.0) as rig:
        rig.report("visible")

        await rig.pass_time(A_MONTH)

        assert rig.screen.paints == []
        assert rig.badge.reason is Reason.TERMINAL


@stepped
async def test_a_hidden_card_turns_too() -> None:
    """Painting is not asking."""
    async with page(PackScreen) as rig:
        rig.report("visible")
        rig.report("hidden")

        await asyncio.sleep(61)

        assert has_turned(rig)
        assert rig.screen.reads == []


@stepped
async def test_nothing_turns_under_a_dialog_but_all_the_sooner_at_its_closing() -> None:
    async with page(PackScreen) as rig:
        rig.report("visible")
        dialog = rig.open_dialog()
        await asyncio.sleep(120)
        assert rig.screen.paints == []

        dialog.close()
        await asyncio.sleep(0.1)

        assert has_turned(rig)


@stepped
async def test_what_is_owed_since_a_dialog_is_painted_though_its_closing_cannot_read() -> None:
    async with page(PackScreen) as rig:
        rig.report("visible")
        dialog = rig.open_dialog()
        rig.screen.error = ConnectionError("away")
        await asyncio.sleep(120)

        dialog.close()
        await asyncio.sleep(0.1)

        assert rig.screen.looks_painted == ["expired"]


@stepped
async def test_a_dialog_that_tells_nobody_is_respected_all_the_same() -> None:
    async with page(PackScreen) as rig:
        rig.report("visible")
        with rig.client:
            foreign = ui.dialog()
        foreign.open()

        await asyncio.sleep(120)

        assert rig.screen.paints == []


@stepped
async def test_a_later_expiry_that_was_read_replaces_the_earlier_one() -> None:
    async with page(PackScreen) as rig:
        rig.report("visible")
        await asyncio.sleep(30)
        rig.screen.expires_in, rig.screen.version = 90.0, 2
        rig.live.nudge()
        await asyncio.sleep(31)
        assert rig.screen.looks_painted == ["ready"]

        await asyncio.sleep(30)

        assert rig.screen.looks_painted == ["ready", "expired"]
        assert len(rig.screen.reads) == 1


@stepped
async def test_a_pack_that_is_made_again_does_not_turn_at_the_time_of_the_old_one() -> None:
    async with page(PackScreen) as rig:
        rig.report("visible")
        rig.screen.status, rig.screen.version = "generating", 2

        rig.live.nudge(own_action=True)
        await asyncio.sleep(65)

        assert rig.screen.looks_painted == ["generating"]
        assert rig.badge.armed == 10


@stepped
async def test_a_page_that_is_gone_or_ended_turns_no_more() -> None:
    async with page(PackScreen) as rig, page(PackScreen) as other:
        rig.report("visible")
        rig.live.end(Reason.UNAUTHORISED)
        other.client.delete()

        await asyncio.sleep(120)

        assert rig.screen.paints == other.screen.paints == []
        assert rig.live._turn is None
        assert other.live._turn is None


@stepped
async def test_only_one_turn_is_ever_awaited() -> None:
    async with page(PackScreen) as rig:
        for _ in range(20):
            rig.report("visible")
            rig.report("hidden")
        loop = asyncio.get_running_loop()

        awaited = [
            handle
            for handle in loop._scheduled
            if not handle.cancelled() and handle.when() > loop.time() + 30
        ]

        assert len(awaited) == 1


@stepped
async def test_time_is_the_database_s_carried_on_by_a_clock_that_nobody_sets() -> None:
    async with page(PackScreen, expires_in=10.0) as rig:
        await asyncio.sleep(9.5)
        assert rig.live.now - rig.live.shown.now == timedelta(seconds=9.5)
        assert rig.screen.paints == []

        await asyncio.sleep(0.6)

        assert has_turned(rig)


@stepped
async def test_a_finished_card_is_read_once_each_time_it_is_shown() -> None:
    """POLICY.md, case 21: it notices what somebody else has started, and then follows it."""
    async with page(PackScreen, expires_in=None) as rig:
        rig.report("visible")
        await asyncio.sleep(60)
        assert rig.screen.reads == []
        rig.screen.status, rig.screen.version = "queued", 2
        await asyncio.sleep(60)
        assert rig.screen.reads == []

        rig.report("hidden")
        rig.report("visible")
        await asyncio.sleep(0.1)

        assert len(rig.screen.reads) == 1
        assert rig.screen.looks_painted == ["queued"]
        assert rig.badge.armed == 10


@stepped
async def test_a_ready_card_is_silent_between_its_showings() -> None:
    async with page(PackScreen, expires_in=None) as rig:
        rig.report("visible")
        for _ in range(3):
            await asyncio.sleep(600)
            rig.report("hidden")
            await asyncio.sleep(600)
            rig.report("visible")
        await asyncio.sleep(600)

        assert len(rig.screen.reads) == 3
        assert rig.timer is None
        assert rig.screen.paints == []


@stepped
async def test_refreshing_by_hand_is_one_read_however_often_one_clicks() -> None:
    async with page(PackScreen, expires_in=None) as rig:
        rig.report("visible")
        await asyncio.sleep(5)

        for _ in range(3):
            rig.live.nudge()
        await asyncio.sleep(1)

        assert len(rig.screen.reads) == 1
