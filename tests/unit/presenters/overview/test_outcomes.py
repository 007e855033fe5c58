"""Bars by the hour and by the day of the reader, and the same in numbers."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from policy.status import UxStatus
from services.overview.outcomes import HourlyCount, Outcomes
from services.overview.reading import WeekSnapshot
from services.overview.window import Window, hours_before
from tests.unit.presenters.factories import BERLIN, NOW
from ui.components.outcome_chart import chart_options
from ui.presenters.locale import Locale
from ui.presenters.overview.outcomes import day_view, week_view

ENGLISH = Locale("en", BERLIN)
SUCCEEDED, FAILED = UxStatus.SUCCEEDED, UxStatus.FAILED


def day(*hours: HourlyCount, is_cut: bool = False) -> Outcomes:
    return Outcomes(Window(hours_before(NOW, 24), is_cut), hours)


def week(now: datetime, *hours: HourlyCount) -> WeekSnapshot:
    return WeekSnapshot(now, Outcomes(Window(hours_before(now, 193)), hours), ())


def at(hours_ago: int) -> datetime:
    return hours_before(NOW, hours_ago)


def test_a_day_is_a_bar_for_each_hour_with_the_present_one_last() -> None:
    outcomes = day(HourlyCount(at(0), SUCCEEDED, 3), HourlyCount(at(24), FAILED, 2))

    view = day_view(outcomes, NOW, ENGLISH)

    assert len(view["labels"]) == 25
    assert (view["labels"][0], view["labels"][-1]) == ("12:00", "12:00")
    series = {one["status"]: one["counts"] for one in view["series"]}
    assert (series["succeeded"][-1], series["failed"][0]) == (3, 2)
    assert sum(map(sum, series.values())) == 5
    assert view["since"] == "since Mon 12:00"
    assert view["summary"] == (
        "Runs that ended since Mon 12:00: 3 succeeded, 0 partially succeeded, 2 failed, 0 cancelled"
    )


def test_totals_lead_to_their_runs_and_what_is_unknown_is_counted_only_if_there_is_any() -> None:
    known = day_view(day(HourlyCount(at(1), FAILED, 1234)), NOW, ENGLISH)
    unknown = day_view(day(HourlyCount(at(1), UxStatus.UNKNOWN, 1)), NOW, ENGLISH)

    assert [(t["number"], t["href"]) for t in known["totals"]][2] == (
        "1,234",
        "/operations?status=failed&last=24h",
    )
    assert [one["status"] for one in known["series"]] == [
        *("succeeded", "partial", "failed", "cancelled")
    ]
    assert unknown["series"][-1]["status"] == "unknown"


def test_an_end_that_lies_ahead_belongs_to_no_bar() -> None:
    view = day_view(day(HourlyCount(NOW + timedelta(days=3), FAILED, 1)), NOW, ENGLISH)

    assert view["empty"] == "Nothing has ended."


def test_a_cut_says_so_and_a_whole_one_does_not() -> None:
    assert day_view(day(), NOW, ENGLISH)["note"] == ""
    assert "only the newest 50,000" in day_view(day(is_cut=True), NOW, ENGLISH)["note"]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kathmandu", "America/Los_Angeles", "UTC"])
def test_a_week_is_seven_whole_days_of_the_reader_and_today(zone: str) -> None:
    locale = Locale("en", ZoneInfo(zone))
    hours = [HourlyCount(hours_before(NOW, n), SUCCEEDED, 1) for n in range(194)]

    view = week_view(week(NOW, *hours), locale)

    counts = view["series"][0]["counts"]
    assert len(counts) == 8
    assert counts[:7] == [24] * 7
    assert view["since"].endswith(f", as of {NOW.astimezone(ZoneInfo(zone)):%H:%M}")
    assert view["labels"][0] == f"{NOW.astimezone(ZoneInfo(zone)) - timedelta(days=7):%a} " + str(
        (NOW.astimezone(ZoneInfo(zone)) - timedelta(days=7)).day
    )


@pytest.mark.parametrize(
    ("now", "longest"),
    [
        (datetime(2026, 10, 26, 12, tzinfo=UTC), 25),  # the day before had 25 hours in Berlin
        (datetime(2026, 3, 30, 12, tzinfo=UTC), 24),  # and this one 23
    ],
)
def test_a_clock_change_loses_no_hour(now: datetime, longest: int) -> None:
    hours = [HourlyCount(hours_before(now, n), SUCCEEDED, 1) for n in range(194)]

    counts = week_view(week(now, *hours), ENGLISH)["series"][0]["counts"]

    assert max(counts) == longest
    assert counts[6] == (25 if longest == 25 else 23)
    assert counts[0] == 24


def test_the_chart_takes_its_colours_from_the_stylesheet_so_that_they_follow_the_theme() -> None:
    options = chart_options(day_view(day(HourlyCount(at(1), FAILED, 1)), NOW, ENGLISH))

    colours = [series["itemStyle"]["color"] for series in options["series"]]
    assert colours == [
        *("var(--bar-good)", "var(--bar-mixed)", "var(--bar-bad)", "var(--bar-quiet)")
    ]
    assert "#" not in str(options)
