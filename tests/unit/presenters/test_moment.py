"""Times in the person's own zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.unit.presenters.factories import LOCALE, NOW
from ui.presenters.locale import Locale
from ui.presenters.moment import (
    brief_time,
    clock_time,
    date_time,
    in_utc,
    machine_time,
    seconds_between,
    short_date_time,
)


def test_a_time_is_shown_in_the_persons_zone_and_in_utc_on_hover() -> None:
    assert clock_time(NOW, LOCALE) == "12:03:10"
    assert date_time(NOW, LOCALE) == "24 Nov 2026, 12:03:10"
    assert in_utc(NOW) == "2026-11-24 11:03:10 UTC"
    assert machine_time(NOW) == "2026-11-24T11:03:10+00:00"


def test_the_year_is_shown_only_when_it_is_another() -> None:
    last_year = NOW - timedelta(days=365)

    assert short_date_time(NOW, NOW, LOCALE) == "24 Nov 12:03:10"
    assert short_date_time(last_year, NOW, LOCALE) == "24 Nov 2025, 12:03"


@pytest.mark.parametrize(
    ("days", "text"), [(0, "12:03"), (1, "23 Nov"), (365, "Nov 2025")], ids=str
)
def test_a_phone_gets_the_part_that_matters(days: int, text: str) -> None:
    assert brief_time(NOW - timedelta(days=days), NOW, LOCALE) == text


def test_an_unknown_time_is_a_dash() -> None:
    assert date_time(None, LOCALE) == short_date_time(None, NOW, LOCALE) == "–"
    assert brief_time(None, NOW, LOCALE) == "–"
    assert in_utc(None) == machine_time(None) == ""


@pytest.mark.parametrize(
    "moment", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)]
)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_time_at_either_end_of_the_calendar_is_still_shown(moment: datetime, zone: str) -> None:
    assert date_time(moment, Locale("en", ZoneInfo(zone)))


def test_elapsed_seconds_are_unknown_when_out_of_order_or_incomplete() -> None:
    earlier = NOW - timedelta(seconds=90)

    assert seconds_between(earlier, NOW) == 90
    assert seconds_between(NOW, earlier) is None
    assert seconds_between(None, NOW) is None
    assert seconds_between(NOW, None) is None
