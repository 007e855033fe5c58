"""What the overview's surface reads, when, for whom; and the pace at which it is driven."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from models import Role
from policy import overview_polling
from policy.access import Grant, Scope
from policy.decision import Decision, Guards, Reason
from services.auth import Viewer
from services.overview.activity import Activity
from services.overview.failures import Failures
from services.overview.outcomes import Outcomes
from services.overview.reading import OverviewSnapshot, WeekSnapshot
from services.overview.window import Window
from services.snapshots import SharedReads
from tests.stepped_loop import stepped
from tests.ui.rig import Screen, page
from ui.overview_surface import OverviewSurface, OverviewWatch

NOW = datetime(2026, 11, 24, 11, 3, 10, tzinfo=UTC)
WHOLE, OWN = Scope(1, None), Scope(1, frozenset({7}))
IDLE, RUNNING = Activity(), Activity(running=1)


def an_overview(now: datetime = NOW, activity: Activity = IDLE) -> OverviewSnapshot:
    return OverviewSnapshot(now, activity, Outcomes(Window(NOW)), Failures(NOW))


class Source:
    """A console whose reads cost nothing and are counted, in the stepped loop's time."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.activity = Activity()
        self.days: list[Scope] = []
        self.weeks: list[Scope] = []
        born = loop.time()

        def now() -> datetime:
            return NOW + timedelta(seconds=loop.time() - born)

        async def read_day(scope: Scope) -> OverviewSnapshot:
            self.days.append(scope)
            return an_overview(now(), self.activity)

        async def read_week(scope: Scope) -> WeekSnapshot:
            self.weeks.append(scope)
            return WeekSnapshot(now(), Outcomes(Window(NOW)), ())

        self.console: Any = SimpleNamespace(
            overviews=SharedReads.one_by_one("overview", read_day, loop.time),
            weeks=SharedReads.one_by_one("overview_week", read_week, loop.time),
        )

    def watch(self, scope: Scope = WHOLE) -> OverviewWatch:
        return OverviewWatch(self.console, scope)


@dataclass
class SignIn:
    """Whose page it is, as it stands now."""

    grants: tuple[Grant, ...] = (Grant(Role.OPERATOR, 1),)
    is_over: bool = False
    viewer: Viewer = field(init=False)

    def __post_init__(self) -> None:
        self.viewer = Viewer(1, 1, "Ada", "ada@example.test", None, (), self.grants)

    async def look(self, max_age: float, *, fresh: bool) -> Viewer | None:
        self.viewer = replace(self.viewer, grants=self.grants)
        return None if self.is_over else self.viewer

    def keep_pace(self, part: object, pace: float | None) -> None:
        pass


def surface_of(source: Source, scope: Scope = WHOLE, sign_in: SignIn | None = None) -> Any:
    who: Any = sign_in or SignIn()
    nothing: Any = None
    return OverviewSurface(who, source.watch(scope), nothing, lambda _: None, lambda: None)


@stepped
async def test_the_week_is_read_once_in_five_minutes_and_the_day_at_each_tick() -> None:
    source = Source()
    surface = surface_of(source)

    for _ in range(60):
        seen = await surface.read(10, fresh=False)
        await asyncio.sleep(10)

    assert len(source.days) == 60
    assert len(source.weeks) == 2
    assert seen.week is not None
    assert seen.now - seen.week.now < timedelta(minutes=5)


@stepped
async def test_a_hundred_viewers_of_a_scope_cost_one_read_and_another_scope_its_own() -> None:
    source = Source()
    surfaces = [surface_of(source) for _ in range(100)]
    other = surface_of(source, OWN)

    await asyncio.gather(*(surface.read(10, fresh=False) for surface in (*surfaces, other)))

    assert sorted(source.days, key=str) == sorted([WHOLE, OWN], key=str)
    assert len(source.weeks) == 2


@stepped
async def test_the_read_after_an_own_action_is_a_new_one_of_the_day_alone() -> None:
    source = Source()
    surface = surface_of(source)
    await surface.read(10, fresh=False)

    await surface.read(10, fresh=True)

    assert (len(source.days), len(source.weeks)) == (2, 1)


@stepped
async def test_nothing_is_watched_any_more_once_the_last_page_is_closed() -> None:
    source = Source()
    surface = surface_of(source)
    await surface.read(10, fresh=False)

    surface.close()
    surface.close()

    assert (len(source.console.overviews), len(source.console.weeks)) == (0, 0)


@pytest.mark.parametrize(
    ("scope", "grants", "may"),
    [
        (WHOLE, (Grant(Role.AUDITOR, 1),), True),
        (OWN, (Grant(Role.AUDITOR, 1),), True),
        (OWN, (Grant(Role.TENANT_VIEWER, 1, 7),), True),
        (OWN, (Grant(Role.TENANT_VIEWER, 1, 8),), False),
        # The numbers of the whole workspace are no tenant role's to see.
        (WHOLE, (Grant(Role.TENANT_VIEWER, 1, 7),), False),
        (WHOLE, (Grant(Role.OWNER, 2),), False),
        (WHOLE, (), False),
    ],
)
def test_who_may_look_is_asked_of_the_rights_of_now(
    scope: Scope, grants: tuple[Grant, ...], may: bool
) -> None:
    @stepped
    async def look() -> None:
        surface = surface_of(Source(), scope, SignIn(grants))

        assert await surface.may_look(1, fresh=True) is may

    look()


@stepped
async def test_a_sign_in_that_is_over_may_look_at_nothing() -> None:
    surface = surface_of(Source(), WHOLE, SignIn(is_over=True))

    assert not await surface.may_look(1, fresh=True)


@stepped
async def test_a_mere_read_changes_no_look_and_whatever_is_shown_does() -> None:
    sign_in = SignIn()
    surface = surface_of(Source(), WHOLE, sign_in)
    before = surface.look(an_overview())

    assert surface.look(an_overview(NOW + timedelta(seconds=10))) == before
    for changed in (
        an_overview(activity=RUNNING),
        replace(an_overview(), day=Outcomes(Window(NOW + timedelta(hours=1)))),
        replace(an_overview(), failures=Failures(NOW, is_cut=True)),
        replace(an_overview(), week=WeekSnapshot(NOW, Outcomes(Window(NOW)), ())),
    ):
        assert surface.look(changed) != before
    sign_in.viewer = replace(sign_in.viewer, grants=())
    assert surface.look(an_overview()) != before


@stepped
async def test_an_answer_is_no_older_because_the_database_s_clock_was_set_back() -> None:
    surface = surface_of(Source())

    assert not surface.is_older(an_overview(NOW - timedelta(hours=1)), an_overview())


@dataclass
class OverviewScreen(Screen):
    """The rig's surface at the overview's pace; `status` is "running" while anything is active."""

    status: str = "idle"
    name: str = "overview"
    ends_for_good: bool = False

    def decide(self, snapshot: Any, guards: Guards, now: datetime) -> Decision:
        return overview_polling.decide(snapshot.facts.status == "running", guards)


@stepped
async def test_it_asks_every_thirty_seconds_and_every_ten_while_anything_is_active() -> None:
    async with page(OverviewScreen) as rig:
        rig.report("visible")
        await asyncio.sleep(65)
        assert len(rig.screen.reads) == 2

        rig.screen.status, rig.screen.version = "running", 2
        await asyncio.sleep(30)
        assert rig.badge.armed == 10
        before = len(rig.screen.reads)
        await asyncio.sleep(60)
        assert len(rig.screen.reads) == before + 6

        rig.screen.status, rig.screen.version = "idle", 3
        await asyncio.sleep(11)
        assert rig.badge.armed == 30


@stepped
async def test_a_hidden_overview_and_one_under_a_dialog_read_nothing() -> None:
    async with page(OverviewScreen, status="running") as rig:
        rig.report("visible")
        rig.report("hidden")
        await asyncio.sleep(600)
        assert rig.screen.reads == []
        assert rig.badge.reason is Reason.HIDDEN

        rig.report("visible")
        await asyncio.sleep(1)
        assert len(rig.screen.reads) == 1
        dialog = rig.open_dialog()
        await asyncio.sleep(600)
        assert len(rig.screen.reads) == 1
        assert rig.badge.reason is Reason.DIALOG

        dialog.close()
        await asyncio.sleep(1)
        assert len(rig.screen.reads) == 2
        assert rig.badge.armed == 10


@stepped
async def test_an_overview_on_which_nothing_changes_sends_nothing() -> None:
    async with page(OverviewScreen) as rig:
        rig.report("visible")

        await asyncio.sleep(3601)

        assert len(rig.screen.reads) == 120
        assert rig.screen.paints == []
