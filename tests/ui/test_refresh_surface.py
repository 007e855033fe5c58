"""The page about refreshing: what it reads, for whom, at which pace, and what it sends."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models import Role
from policy import refresh_polling
from policy.access import Grant
from policy.decision import Decision, Guards, Reason
from services import metrics
from services.auth import Viewer
from services.refresh_history.figures import Figures
from services.refresh_history.history import History
from services.slow_statements.keeping import SlowStatements
from tests.stepped_loop import stepped
from tests.ui.rig import Screen, page
from ui.refresh_surface import HistoryWatch, RefreshSurface

NOW = datetime(2026, 11, 24, 11, 3, 10, tzinfo=UTC)


class Counting:
    """A history that the test measures."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.history = History(self._read, SlowStatements(lambda: NOW))

    def measure(self) -> None:
        self.seconds += 10
        self.history.measure()

    def _read(self) -> Figures:
        return Figures(NOW + timedelta(seconds=self.seconds), self.seconds, {}, {})


@dataclass
class SignIn:
    """Whose page it is, as it stands now."""

    grants: tuple[Grant, ...] = (Grant(Role.OWNER, 1),)
    is_over: bool = False
    viewer: Viewer = field(init=False)

    def __post_init__(self) -> None:
        self.viewer = Viewer(1, 1, "Ada", "ada@example.test", None, (), self.grants)

    async def look(self, max_age: float, *, fresh: bool) -> Viewer | None:
        self.viewer = replace(self.viewer, grants=self.grants)
        return None if self.is_over else self.viewer


def surface_of(counting: Counting, sign_in: SignIn | None = None) -> RefreshSurface:
    who: Any = sign_in or SignIn()
    nothing: Any = None
    watch = HistoryWatch(counting.history, lambda: counting.seconds + 4.0)
    return RefreshSurface(who, 1, watch, nothing, lambda _: None, lambda: None)


@pytest.mark.parametrize(
    ("grants", "may"),
    [
        ((Grant(Role.OWNER, 1),), True),
        ((Grant(Role.AUDITOR, 1),), True),
        ((Grant(Role.OPERATOR, 1),), False),
        ((Grant(Role.TENANT_ADMIN, 1, 7),), False),
        ((Grant(Role.OWNER, 2),), False),
        ((), False),
    ],
)
def test_who_may_look_is_asked_of_the_rights_of_now(grants: tuple[Grant, ...], may: bool) -> None:
    @stepped
    async def look() -> None:
        assert await surface_of(Counting(), SignIn(grants)).may_look(0.0, fresh=True) is may

    look()


@stepped
async def test_a_sign_in_that_is_over_may_look_at_nothing() -> None:
    assert not await surface_of(Counting(), SignIn(is_over=True)).may_look(0.0, fresh=True)


@stepped
async def test_it_reads_memory_alone_and_paints_once_for_each_measurement() -> None:
    counting = Counting()
    surface = surface_of(counting)
    reads = _statements()
    counting.measure()

    first = await surface.read(10, fresh=True)
    again = await surface.read(10, fresh=True)
    counting.measure()
    later = await surface.read(10, fresh=False)

    assert again is first
    assert surface.look(later) != surface.look(first)
    assert surface.is_older(first, later)
    assert not surface.is_older(later, first)
    assert surface.age == 4.0
    assert _statements() == reads


def _statements() -> float:
    count = metrics.registry.get_sample_value("stillwatch_db_seconds_count") or 0.0
    family = next(f for f in metrics.registry.collect() if f.name == "stillwatch_snapshot_reads")
    return count + sum(s.value for s in family.samples if s.name.endswith("_total"))


@dataclass
class RefreshScreen(Screen):
    """The rig's surface at the pace of the page about refreshing."""

    name: str = "refresh"
    ends_for_good: bool = False

    def decide(self, snapshot: Any, guards: Guards, now: datetime) -> Decision:
        return refresh_polling.decide(guards)


@stepped
async def test_it_asks_every_ten_seconds_and_under_a_guard_never() -> None:
    async with page(RefreshScreen) as rig:
        rig.report("visible")
        await asyncio.sleep(61)
        assert (len(rig.screen.reads), rig.badge.armed) == (6, 10)

        rig.report("hidden")
        await asyncio.sleep(600)
        assert (len(rig.screen.reads), rig.badge.reason) == (6, Reason.HIDDEN)

        rig.report("visible")
        dialog = rig.open_dialog()
        await asyncio.sleep(600)
        assert rig.badge.reason is Reason.DIALOG
        seen = len(rig.screen.reads)

        dialog.close()
        await asyncio.sleep(1)
        assert len(rig.screen.reads) == seen + 1
