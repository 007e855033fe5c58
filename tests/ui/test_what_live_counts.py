"""What the driver counts is what the contract says of it."""

import asyncio

from policy.decision import Reason
from services import metrics
from tests.stepped_loop import stepped
from tests.ui.rig import page
from tests.ui.stages import stage_on
from tests.ui.wire import fetched_page, simulated_user


class Since:
    """How far a metric has moved since this was made; other tests count in the same registry."""

    def __init__(self, name: str, **labels: str) -> None:
        self._name = name
        self._labels = labels
        self._before = self._now()

    def __call__(self) -> float:
        return self._now() - self._before

    def _now(self) -> float:
        return metrics.registry.get_sample_value(f"stillwatch_{self._name}", self._labels) or 0.0


@stepped
async def test_firings_and_nudges_are_ticks_and_the_first_paint_is_none() -> None:
    ticks = Since("poll_ticks_total", surface="run_detail")
    async with page() as rig:
        rig.report("visible")
        assert ticks() == 0

        await asyncio.sleep(3.5)
        assert ticks() == len(rig.screen.reads) == 3

        rig.live.nudge()
        await asyncio.sleep(0.1)
        assert ticks() == len(rig.screen.reads) == 4


@stepped
async def test_a_tick_that_fails_has_been_attempted_all_the_same() -> None:
    ticks = Since("poll_ticks_total", surface="run_detail")
    async with page(error=RuntimeError("away")) as rig:
        rig.report("visible")

        await asyncio.sleep(1.5)

        assert ticks() == 1


@stepped
async def test_a_firing_under_a_guard_that_has_just_closed_is_skipped_by_its_reason() -> None:
    ticks = Since("poll_ticks_total", surface="run_detail")
    skipped = Since("poll_skipped_total", surface="run_detail", reason="dialog")
    async with page() as rig:
        rig.report("visible")
        rig.open_dialog()

        await rig.live.tick()

        assert (skipped(), ticks(), rig.screen.reads) == (1, 0, [])


@stepped
async def test_pollers_are_the_timers_that_are_armed_now() -> None:
    quick = Since("pollers", surface="run_detail", interval="1")
    slower = Since("pollers", surface="run_detail", interval="5")
    async with page(age=8.5) as rig:
        assert (quick(), slower()) == (0, 0)

        rig.report("visible")
        assert (quick(), slower()) == (1, 0)

        await asyncio.sleep(3)
        assert (quick(), slower()) == (0, 1)

        rig.report("hidden")
        assert (quick(), slower()) == (0, 0)


@stepped
async def test_only_a_tick_that_changed_the_page_is_an_update() -> None:
    updates = Since("ui_updates_total", surface="run_detail")
    async with page() as rig:
        rig.report("visible")
        await asyncio.sleep(3.5)
        assert updates() == 0

        rig.screen.finish()
        await asyncio.sleep(1)
        assert updates() == 1


@stepped
async def test_an_open_page_is_counted_by_what_its_badge_says_until_it_is_closed() -> None:
    reasons = ("disconnected", "live", "hidden", "dialog", "terminal")
    pages = {reason: Since("pages", surface="run_detail", reason=reason) for reason in reasons}

    def counted() -> list[str]:
        return [reason for reason, moved in pages.items() if moved() != 0]

    async with page() as rig:
        assert (counted(), pages["disconnected"]()) == (["disconnected"], 1)
        rig.report("visible")
        assert (counted(), pages["live"]()) == (["live"], 1)
        rig.report("hidden")
        assert counted() == ["hidden"]
        rig.report("visible")
        dialog = rig.open_dialog()
        await asyncio.sleep(0.1)
        assert counted() == ["dialog"]
        dialog.close()
        rig.screen.finish()
        await asyncio.sleep(3)
        assert counted() == ["terminal"]
        assert counted()[0] == rig.badge.reason

        rig.live.close()
        assert counted() == []


@stepped
async def test_a_run_that_ends_is_polled_no_more_and_whatever_did_would_raise_the_alarm() -> None:
    alarms = Since("terminal_polls_total", surface="run_detail")
    async with page() as rig:
        rig.report("visible")
        rig.screen.finish()
        await asyncio.sleep(600)
        rig.report("hidden")
        rig.report("visible")
        await asyncio.sleep(600)
        assert alarms() == 0

        await rig.live.tick()

        assert alarms() == 1


@stepped
async def test_bytes_are_those_handed_to_sockets_and_what_changes_nothing_has_none() -> None:
    async with simulated_user() as user:
        # The simulation forgets what it has imported; so this is that of this simulation.
        from ui.live import BadgeState

        wire = await fetched_page(user)
        await wire.connect()
        stage, _ = stage_on(wire.client, "run_detail", {})
        sent = Since("refresh_bytes_total", surface="run_detail")
        stage.show(BadgeState(Reason.LIVE, 1.0, None), "1", None)
        stage.show(BadgeState(Reason.LIVE, 1.0, None), "1", None)
        assert sent() == 0
        wire.heard()

        stage.show(BadgeState(Reason.LIVE, 5.0, None), "1", None)

        [packet] = wire.packets()
        assert "Live · every 5 s" in packet.decode()
        assert sent() == len(packet.removeprefix(b"4"))
