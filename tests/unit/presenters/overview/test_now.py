"""The tiles: what runs, what waits."""

from dataclasses import replace
from datetime import timedelta

from policy.status import UxStatus
from services.overview.activity import MOST_ACTIVE, Activity, RunningRun
from services.overview.failures import Failures
from services.overview.outcomes import HourlyCount, Outcomes
from services.overview.reading import OverviewSnapshot, WeekSnapshot
from services.overview.window import Window
from services.tenants import TenantRef
from tests.unit.presenters.factories import BERLIN, NOW
from ui.presenters.locale import Locale
from ui.presenters.overview.now import newcomer_words, now_view, whose

ENGLISH = Locale("en", BERLIN)


def running(number: int) -> RunningRun:
    return RunningRun(number, "directory.sync", None, NOW - timedelta(seconds=number))


def test_an_idle_workspace_says_so() -> None:
    view = now_view(Activity(), NOW, ENGLISH)

    assert (view["running"]["number"], view["idle"]) == ("0", "Nothing is running at the moment.")
    assert (view["queue"]["number"], view["empty"]) == ("0", "Nothing waits.")
    assert (view["wait"], view["notes"], view["alarm"], view["more"]) == (None, [], "", "")


def test_runs_at_work_lead_to_their_pages_and_the_rest_is_counted() -> None:
    longest = tuple(running(number) for number in (5, 4, 3, 2, 1))

    view = now_view(Activity(running=8, longest=longest), NOW, ENGLISH)

    assert view["running"] == {
        "title": "Running now",
        "number": "8",
        "href": "/operations?status=running",
    }
    assert [(row["href"], row["seconds"], row["tenant"]) for row in view["rows"]][:2] == [
        ("/operations/5", 5.0, "Whole workspace"),
        ("/operations/4", 4.0, "Whole workspace"),
    ]
    assert (view["more"], view["idle"]) == ("and 3 that began later", "")


def test_a_start_that_lies_ahead_has_no_age() -> None:
    ahead = RunningRun(1, "x", None, NOW + timedelta(hours=1))

    view = now_view(Activity(running=1, longest=(ahead,)), NOW, ENGLISH)

    assert view["rows"][0]["seconds"] is None


def test_the_queue_tells_its_oldest_what_is_put_off_and_that_nobody_works() -> None:
    activity = Activity(
        queued=MOST_ACTIVE,
        oldest_since=NOW - timedelta(seconds=90),
        put_off=1,
        is_abandoned=True,
    )

    view = now_view(activity, NOW, ENGLISH)

    assert view["queue"]["number"] == "10,000+"
    assert view["wait"] == {"label": "The oldest has waited for", "seconds": 90.0}
    assert (view["notes"], view["alarm"]) == (["1 is not due yet"], "No worker is running.")


def test_a_newcomer_is_told_what_will_come() -> None:
    nothing = OverviewSnapshot(NOW, Activity(), Outcomes(Window(NOW)), Failures(NOW))
    an_end = Outcomes(Window(NOW), (HourlyCount(NOW, UxStatus.FAILED, 1),))

    assert newcomer_words(nothing, ENGLISH).startswith("Nothing has run here in the last week.")
    for overview in (
        replace(nothing, activity=Activity(put_off=1)),
        replace(nothing, day=an_end),
        replace(nothing, week=WeekSnapshot(NOW, an_end, ())),
    ):
        assert newcomer_words(overview, ENGLISH) == ""


def test_whose_numbers_they_are_is_said() -> None:
    tenants = [TenantRef(n, 1, f"t{n}", f"Tenant {n}") for n in range(7)]

    assert whose(None, ENGLISH) == "The whole workspace"
    assert whose(tenants[:2], ENGLISH) == "Only what belongs to Tenant 0, Tenant 1"
    assert whose(tenants, ENGLISH).endswith("Tenant 4 and 2 more")
