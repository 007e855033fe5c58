"""Age is total over aware times, forgiving of a little skew, and refuses what has no offset."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.instant import NaiveTimestampError, age, elapsed, require_aware

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
EAST = timezone(timedelta(hours=23, minutes=59))
WEST = timezone(-timedelta(hours=23, minutes=59))
FIRST, LAST = datetime.min.replace(tzinfo=EAST), datetime.max.replace(tzinfo=WEST)

zones = st.timedeltas(-timedelta(hours=23, minutes=59), timedelta(hours=23, minutes=59))
moments = st.datetimes(timezones=zones.map(timezone)) | st.sampled_from([FIRST, LAST])


class _NoOffset(tzinfo):
    """A zone that does not know its offset: the datetime has a tzinfo and is naive all the same."""

    def utcoffset(self, _: datetime | None) -> None:
        return None


@given(moments, moments)
def test_any_two_aware_times_have_an_age_or_an_unknown_one(since: datetime, now: datetime) -> None:
    elapsed = age(since, now)

    assert elapsed is None or elapsed >= timedelta(0)


@given(zones.map(timezone), zones.map(timezone), st.timedeltas(timedelta(0), timedelta(days=365)))
def test_the_offset_in_which_a_time_is_written_does_not_matter(
    here: timezone, there: timezone, elapsed: timedelta
) -> None:
    assert age((NOW - elapsed).astimezone(there), NOW.astimezone(here)) == elapsed


def test_the_ends_of_the_calendar_have_an_age() -> None:
    assert age(FIRST, LAST) == LAST - FIRST
    assert age(LAST, FIRST) is None


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(microseconds=1), timedelta(0)),
        (timedelta(seconds=60), timedelta(0)),
        (timedelta(seconds=60, microseconds=1), None),
        (timedelta(days=1), None),
    ],
)
def test_a_minute_ahead_is_skew_and_more_is_unknown(
    ahead: timedelta, expected: timedelta | None
) -> None:
    assert age(NOW + ahead, NOW) == expected


def test_the_age_of_nothing_is_unknown() -> None:
    assert age(None, NOW) is None


@pytest.mark.parametrize("zone", [None, _NoOffset()])
def test_a_time_without_an_offset_is_refused_by_name(zone: tzinfo | None) -> None:
    """Case 8."""
    with pytest.raises(NaiveTimestampError, match="started_at must be an aware datetime"):
        require_aware(created_at=None, now=NOW, started_at=NOW.replace(tzinfo=zone))


def test_a_clock_change_between_two_times_of_one_zone_is_no_hour() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2024, 3, 31, 1, 59, 59, tzinfo=berlin)
    after = datetime(2024, 3, 31, 3, 0, tzinfo=berlin)

    assert elapsed(before, after) == timedelta(seconds=1)
    assert age(before, after) == timedelta(seconds=1)
