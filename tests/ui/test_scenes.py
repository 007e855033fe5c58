"""Scenes are kept for as long as somebody shows them, and no longer."""

import gc
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from policy.decision import Reason
from tests.stepped_loop import stepped
from tests.ui.stages import stage_on
from ui.components.viewed import Viewed
from ui.live import BadgeState
from ui.scene import Scene

LIVE = BadgeState(Reason.LIVE, 10, None)
HIDDEN = BadgeState(Reason.HIDDEN, None, None)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def scenes_kept() -> int:
    gc.collect()
    return sum(isinstance(one, Scene) for one in gc.get_objects())


@stepped
async def test_a_page_that_hides_and_shows_itself_all_day_leaves_nothing_behind() -> None:
    from nicegui.testing import user_simulation

    async with user_simulation(root=lambda: None) as user:
        stage, _ = stage_on(await user.open("/"), "run_list", {})
        taken = Scene({})
        stage.take(taken)
        stage.show(LIVE, "1", None)
        stage.show(HIDDEN, "1", None)
        before = scenes_kept()

        for _ in range(50):
            stage.show(LIVE, "1", None)
            stage.show(HIDDEN, "1", None)

        assert scenes_kept() <= before + 2


@stepped
async def test_an_hour_of_failures_leaves_nothing_behind() -> None:
    from nicegui.testing import user_simulation

    async with user_simulation(root=lambda: None) as user:
        stage, _ = stage_on(await user.open("/"), "run_list", {})
        stage.take(Scene({}))
        stage.show(LIVE, "1", None)
        before = scenes_kept()

        for second in range(50):
            state = BadgeState(Reason.LIVE, second + 0.1, NOON + timedelta(seconds=second))
            stage.show(state, "1", None)
        stage.show(LIVE, "1", None)

        assert scenes_kept() <= before + 2


def test_the_same_step_is_one_for_all_who_make_it() -> None:
    taken = Scene({})

    def tell() -> Scene:
        return Scene({})

    live, hidden = taken.told_with("live", tell), taken.told_with("hidden", tell)
    elements: Mapping[str, type] = {}

    assert taken.told_with("live", tell) is live
    assert hidden.step_from(live, "run", elements) is hidden.step_from(live, "run", elements)
    assert live.after(hidden) is live.after(hidden)
    again = live.after(hidden)
    assert again is not live
    assert live.after(hidden) is again


@stepped
async def test_what_looks_the_same_is_compared_once_for_all_pages() -> None:
    from nicegui.testing import user_simulation

    compared: list[object] = []

    class Clock(Viewed):
        @classmethod
        def patch(cls, before: object, view: object) -> None:
            compared.append(view)

    async with user_simulation(root=lambda: None) as user:
        client = await user.open("/")
        with client:
            pages = [stage_on(client, "run_list", {"clock": Clock()})[0] for _ in range(5)]
        for taken in (Scene({"clock": 1}), Scene({"clock": 2})):
            for stage in pages:
                stage.take(taken)
                stage.show(LIVE, "1", None)
                stage.show(LIVE, "1", None)

        assert compared == [2]
