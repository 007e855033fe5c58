"""The driver against POLICY.md, with the real `ui.timer` in stepped time."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace

from nicegui import ui

from policy.decision import Reason
from tests.stepped_loop import stepped
from tests.ui.rig import START, Snapshot, page


@stepped
async def test_a_fetched_page_whose_browser_never_reports_has_no_timer_and_reads_nothing() -> None:
    """Cases 14 and 25: unreported visibility counts as hidden."""
    async with page() as rig:
        await asyncio.sleep(60)

        assert rig.timer is None
        assert rig.screen.reads == []
        assert rig.badge.reason is Reason.DISCONNECTED


@stepped
async def test_the_first_visible_report_only_arms_while_the_paint_is_young() -> None:
    async with page() as rig:
        rig.report("visible")
        await asyncio.sleep(0.5)

        assert rig.screen.reads == []
        assert rig.badge.armed == 1


@stepped
async def test_a_first_report_that_comes_late_reads_at_once() -> None:
    async with page() as rig:
        await asyncio.sleep(3)
        rig.report("visible")
        await asyncio.sleep(0.1)

        assert len(rig.screen.reads) == 1


@stepped
async def test_a_tab_opened_in_the_background_reads_when_it_is_shown() -> None:
    """Case 14."""
    async with page(age=300) as rig:
        rig.report("hidden")
        await asyncio.sleep(2)
        assert rig.timer is None

        rig.report("visible")
        await asyncio.sleep(0.1)

        assert len(rig.screen.reads) == 1
        assert rig.badge.armed == 10


@stepped
async def test_a_run_finished_at_first_render_never_gets_a_timer() -> None:
    """Case 2."""
    async with page(status="completed", outcome="failed") as rig:
        rig.report("visible")
        await asyncio.sleep(120)

        assert rig.timer is None
        assert rig.screen.reads == []
        assert rig.badge.reason is Reason.TERMINAL


@stepped
async def test_finishing_is_painted_once_and_then_nothing_is_read_any_more() -> None:
    """Case 3."""
    async with page() as rig:
        rig.report("visible")
        await asyncio.sleep(1.5)
        rig.screen.finish()
        await asyncio.sleep(1)
        reads = len(rig.screen.reads)

        await asyncio.sleep(60)

        assert len(rig.screen.reads) == reads
        assert [seen.facts.status for seen in rig.screen.paints] == ["completed"]
        assert rig.timer is None


@stepped
async def test_the_pace_follows_the_age_of_the_phase() -> None:
    async with page() as rig:
        rig.report("visible")
        await asyncio.sleep(100)

        gaps = [b - a for a, b in zip(rig.screen.reads, rig.screen.reads[1:], strict=False)]
        assert [round(gap) for gap in gaps[:8]] == [1] * 8
        assert round(gaps[-1]) == 10
        assert {1, 5, 10} == {round(gap) for gap in gaps}


@stepped
async def test_a_run_of_thirty_days_is_still_read_every_ten_seconds() -> None:
    """Case 5."""
    async with page(age=30 * 86400) as rig:
        rig.report("visible")
        await asyncio.sleep(3605)

        assert len(rig.screen.reads) == 360


@stepped
async def test_hiding_stops_at_once_and_showing_goes_on_at_the_true_age() -> None:
    """Case 6: guards do not reset the ramp."""
    async with page() as rig:
        rig.report("visible")
        await asyncio.sleep(2.5)
        rig.report("hidden")
        reads = len(rig.screen.reads)
        await asyncio.sleep(600)
        assert len(rig.screen.reads) == reads

        rig.report("visible")
        await asyncio.sleep(0.1)

        assert len(rig.screen.reads) == reads + 1
        assert rig.badge.armed == 10


@stepped
async def test_a_guard_that_closes_after_arming_is_heeded_when_the_timer_fires() -> None:
    """Case 12."""
    async with page() as rig:
        rig.report("visible")
        with rig.client:
            foreign = ui.dialog()  # one that tells nobody
        foreign.open()

        await asyncio.sleep(30)

        assert rig.screen.reads == []
        assert rig.badge.reason is Reason.DIALOG


@stepped
async def test_reports_after_the_page_is_gone_are_ignored() -> None:
    """Case 13."""
    async with page() as rig:
        rig.report("visible")
        rig.client.delete()

        rig.report("hidden")
        rig.report("visible")
        await asyncio.sleep(10)

        assert rig.screen.reads == []


@stepped
async def test_two_dialogs_are_both_to_be_closed_before_reading_goes_on() -> None:
    """Case 15."""
    async with page() as rig:
        rig.report("visible")
        outer, inner = rig.open_dialog(), rig.open_dialog()
        inner.close()
        await asyncio.sleep(10)
        assert rig.screen.reads == []

        outer.close()
        await asyncio.sleep(0.1)

        assert len(rig.screen.reads) == 1


@stepped
async def test_deleting_an_open_dialog_releases_the_guard() -> None:
    """Case 15: no event is fired for it."""
    async with page() as rig:
        rig.report("visible")
        dialog = rig.open_dialog()
        await asyncio.sleep(10)

        dialog.delete()
        await asyncio.sleep(0.1)

        assert len(rig.screen.reads) == 1
        assert rig.badge.reason is Reason.LIVE


@stepped
async def test_what_arrives_under_a_dialog_is_not_painted_and_closing_reads_again() -> None:
    """Case 16."""
    async with page(read_takes=0.5) as rig:
        rig.report("visible")
        await asyncio.sleep(1.2)
        rig.screen.version += 1
        dialog = rig.open_dialog()
        await asyncio.sleep(5)
        assert rig.screen.paints == []
        assert len(rig.screen.reads) == 1

        dialog.close()
        await asyncio.sleep(0.6)

        assert len(rig.screen.reads) == 2
        assert [seen.version for seen in rig.screen.paints] == [2]


@stepped
async def test_a_finish_that_arrives_under_a_dialog_is_not_painted_either() -> None:
    """Case 11: terminal comes before dialog among the reasons, but the dialog is left alone."""
    async with page(read_takes=0.5) as rig:
        rig.report("visible")
        await asyncio.sleep(0.9)
        rig.screen.finish()
        await asyncio.sleep(0.3)
        dialog = rig.open_dialog()
        await asyncio.sleep(5)
        assert rig.screen.paints == []

        dialog.close()
        await asyncio.sleep(1)

        assert len(rig.screen.paints) == 1
        assert rig.timer is None


@stepped
async def test_an_action_behind_a_dialog_is_one_refresh() -> None:
    """Case 17."""
    async with page(age=300) as rig:
        rig.report("visible")
        dialog = rig.open_dialog()
        await asyncio.sleep(3)

        rig.live.nudge(own_action=True)
        dialog.close()
        await asyncio.sleep(5)

        assert len(rig.screen.reads) == 1


@stepped
async def test_nudges_within_a_second_are_one() -> None:
    async with page(age=300) as rig:
        rig.report("visible")
        await asyncio.sleep(3)

        for state in ("hidden", "visible", "hidden", "visible"):
            rig.report(state)
            await asyncio.sleep(0.1)
        await asyncio.sleep(1)

        assert len(rig.screen.reads) == 1


@stepped
async def test_an_own_action_during_a_read_is_followed_by_a_read_of_its_own() -> None:
    async with page(age=300, read_takes=2) as rig:
        rig.report("visible")
        await asyncio.sleep(11)

        rig.live.nudge(own_action=True)
        await asyncio.sleep(4)

        assert len(rig.screen.reads) == 2
        assert rig.screen.overlapping == 1


@stepped
async def test_slow_reads_neither_overlap_nor_bunch() -> None:
    """Case 18: the next tick is at the next multiple, at least half an interval after."""
    async with page(read_takes=3) as rig:
        rig.report("visible")
        await asyncio.sleep(9)

        assert rig.screen.overlapping == 1
        assert [round(at, 3) for at in rig.screen.reads] == [1.0, 5.0]


@stepped
async def test_the_same_decision_keeps_the_same_timer() -> None:
    """Case 19."""
    async with page(age=300) as rig:
        rig.report("visible")
        timer = rig.timer

        await asyncio.sleep(65)

        assert len(rig.screen.reads) == 6
        assert rig.timer is timer


@stepped
async def test_an_own_action_after_the_end_resumes_at_once() -> None:
    """Case 20."""
    async with page(status="completed", outcome="failed") as rig:
        rig.report("visible")
        rig.screen.status, rig.screen.outcome, rig.screen.version = "queued", None, 2

        rig.live.nudge(own_action=True)
        await asyncio.sleep(0.1)

        assert len(rig.screen.paints) == 1
        assert rig.badge.armed == 1


@stepped
async def test_losing_access_clears_the_page_and_reads_nothing_more() -> None:
    """Case 22."""
    async with page() as rig:
        rig.report("visible")
        await asyncio.sleep(1.5)
        rig.screen.allowed = False
        await asyncio.sleep(1)
        reads = len(rig.screen.reads)
        looks = rig.screen.looks

        await asyncio.sleep(60)

        assert rig.screen.cleared == [Reason.UNAUTHORISED]
        assert reads == len(rig.screen.reads) == 1
        assert rig.screen.looks == looks
        assert rig.timer is None


@stepped
async def test_a_finished_page_notices_lost_access_when_it_is_shown_again() -> None:
    async with page(status="completed", outcome="failed") as rig:
        rig.report("visible")
        rig.report("hidden")
        rig.screen.allowed = False

        rig.report("visible")
        await asyncio.sleep(0.1)

        assert rig.screen.cleared == [Reason.UNAUTHORISED]
        assert rig.screen.reads == []


@stepped
async def test_a_lost_socket_stops_reading_and_its_return_reads_once() -> None:
    """Case 24."""
    async with page(age=300) as rig:
        rig.report("visible")
        await asyncio.sleep(15)
        rig.disconnect()
        await asyncio.sleep(100)
        assert len(rig.screen.reads) == 1
        assert rig.badge.reason is Reason.DISCONNECTED

        rig.report("visible")
        await asyncio.sleep(1)

        assert len(rig.screen.reads) == 2
        assert rig.badge.armed == 10


@stepped
async def test_reaching_the_end_while_hidden_takes_one_read_on_show() -> None:
    """Case 10."""
    async with page() as rig:
        rig.report("visible")
        rig.report("hidden")
        await asyncio.sleep(5)
        rig.screen.finish()

        rig.report("visible")
        await asyncio.sleep(60)

        assert len(rig.screen.reads) == 1
        assert [seen.facts.status for seen in rig.screen.paints] == ["completed"]
        assert rig.timer is None


@stepped
async def test_nothing_changed_means_nothing_painted() -> None:
    """Case 26."""
    async with page(age=300) as rig:
        rig.report("visible")

        await asyncio.sleep(100)

        assert len(rig.screen.reads) >= 9
        assert rig.screen.paints == []


@stepped
async def test_what_only_time_changes_is_painted_once_and_without_a_new_version() -> None:
    """Case 26: a run that has waited for long gets other words, and then the same words."""
    async with page(age=300) as rig:
        rig.live._surface.look = lambda seen: seen.now - START > timedelta(seconds=25)
        rig.report("visible")

        await asyncio.sleep(100)

        assert len(rig.screen.reads) >= 9
        # Once for the look that was put in, once for what it saw change.
        assert [seen.version for seen in rig.screen.paints] == [1, 1]


@stepped
async def test_an_older_version_never_replaces_a_newer_one() -> None:
    """Case 28."""
    async with page(version=7, age=300) as rig:
        rig.report("visible")
        rig.screen.version = 6

        await asyncio.sleep(15)

        assert len(rig.screen.reads) == 1
        assert rig.screen.paints == []
        assert rig.live.shown.version == 7


@stepped
async def test_what_the_surface_does_not_call_older_is_painted_whatever_its_version() -> None:
    async with page(version=7, age=300) as rig:
        rig.live._surface.is_older = lambda new, shown: False
        rig.report("visible")
        rig.screen.version, rig.screen.status = 6, "queued"

        await asyncio.sleep(15)

        assert [seen.version for seen in rig.screen.paints] == [6]


@stepped
async def test_errors_keep_the_view_mark_it_stale_and_back_off_until_recovery() -> None:
    async with page(age=300) as rig:
        rig.report("visible")
        rig.screen.error = ConnectionError("the database is away")
        await asyncio.sleep(400)
        gaps = [b - a for a, b in zip(rig.screen.reads, rig.screen.reads[1:], strict=False)]
        assert rig.screen.paints == []
        assert rig.badge.stale_since == START
        assert all(10 <= gap <= 72 for gap in gaps)
        assert gaps[-1] >= 48
        assert rig.badge.armed == rig.timer.interval

        rig.screen.error = None
        await asyncio.sleep(80)

        assert rig.badge.stale_since is None
        assert rig.badge.armed == 10


@stepped
async def test_a_missing_run_is_cleared_like_one_that_may_not_be_seen() -> None:
    async with page() as rig:
        rig.report("visible")

        async def gone(max_age: float, *, fresh: bool) -> None:
            return None

        rig.live._surface.read = gone
        await asyncio.sleep(1.5)

        assert rig.screen.cleared == [Reason.MISSING]
        assert rig.timer is None


@stepped
async def test_a_state_nobody_knows_is_read_again_when_it_is_shown() -> None:
    async with page(status="Running") as rig:
        rig.report("visible")
        rig.report("hidden")
        rig.screen.status, rig.screen.version = "running", 2
        await asyncio.sleep(2)

        rig.report("visible")
        await asyncio.sleep(0.1)

        assert len(rig.screen.paints) == 1
        assert rig.badge.reason is Reason.LIVE


@stepped
async def test_a_failing_paint_backs_off_like_a_failing_read() -> None:
    async with page(age=300) as rig:
        rig.report("visible")

        def fail(snapshot: Snapshot) -> None:
            raise ValueError("cannot be shown")

        rig.live._surface.paint = fail
        rig.screen.version += 1
        await asyncio.sleep(300)

        assert rig.badge.stale_since is not None
        assert rig.badge.armed > 10
        assert len(rig.screen.reads) < 15


@stepped
async def test_a_failed_read_after_an_own_action_is_tried_again() -> None:
    async with page(status="completed", outcome="failed") as rig:
        rig.report("visible")
        rig.screen.status, rig.screen.outcome, rig.screen.version = "queued", None, 2
        rig.screen.error = ConnectionError("away for a moment")
        rig.live.nudge(own_action=True)
        await asyncio.sleep(0.1)
        rig.screen.error = None

        await asyncio.sleep(5)

        assert len(rig.screen.paints) == 1
        assert rig.badge.stale_since is None


@stepped
async def test_backing_off_is_never_quicker_than_the_pace_the_run_has_aged_to() -> None:
    async with page() as rig:
        rig.report("visible")
        await asyncio.sleep(1.5)
        rig.report("hidden")
        rig.screen.error = ConnectionError("away")
        await asyncio.sleep(600)

        rig.report("visible")
        await asyncio.sleep(0.1)

        assert rig.badge.armed >= 10


@stepped
async def test_what_was_done_under_a_dialog_is_read_although_the_page_was_only_just_painted() -> (
    None
):
    async with page() as rig:
        dialog = rig.open_dialog()
        rig.report("visible")
        rig.live.nudge(own_action=True)

        dialog.close()
        await asyncio.sleep(0.1)

        assert len(rig.screen.reads) == 1


@stepped
async def test_an_own_action_while_news_is_taken_is_followed_by_a_read_of_its_own() -> None:
    """The news may have been read before it, and may be the last that is read for long."""
    async with page(read_takes=0.3) as rig:
        rig.report("visible")
        await asyncio.sleep(0.01)
        rig.screen.finish()
        rig.screen.heard()
        await asyncio.sleep(0.1)
        rig.screen.status, rig.screen.outcome, rig.screen.version = "running", None, 3
        rig.live.nudge(own_action=True)
        await asyncio.sleep(0.7)

        assert rig.live.shown.version == 3
        assert rig.timer is not None


@stepped
async def test_what_was_lost_of_a_finished_run_is_not_painted_under_a_dialog_but_after_it() -> None:
    async with page(status="completed", outcome="failed") as rig:
        rig.report("visible")
        await asyncio.sleep(5)
        dialog = rig.open_dialog()
        rig.browser._hear_standing(SimpleNamespace(args={"run_detail": 0}))
        await asyncio.sleep(1)
        assert rig.screen.paints == []

        dialog.close()
        await asyncio.sleep(0.1)

        assert len(rig.screen.paints) == 1
        assert rig.screen.reads == []


@stepped
async def test_what_was_lost_of_a_finished_run_before_its_first_report_is_painted_with_it() -> None:
    async with page(status="completed", outcome="failed") as rig:
        rig.browser._hear_standing(SimpleNamespace(args={"run_detail": 0}))
        assert rig.screen.paints == []

        rig.report("visible")
        await asyncio.sleep(0.1)

        assert len(rig.screen.paints) == 1


@stepped
async def test_what_began_to_be_read_before_what_is_shown_never_replaces_it() -> None:
    """Case 28, where there is no version: another's slow read began before the page was opened."""
    async with page() as rig:
        surface = rig.live._surface
        surface.is_older = lambda new, shown: False
        rig.report("visible")
        await asyncio.sleep(0.2)
        shown = rig.live.shown
        surface.age = 0.5
        rig.screen.finish()
        rig.screen.heard()
        await asyncio.sleep(0.01)
        assert rig.live.shown is shown

        surface.age = 0.0
        await asyncio.sleep(1.5)

        assert rig.live.shown.version == 2
