from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.instant import NaiveTimestampError
from policy.schedule import MOST_COUNTED, Due, ScheduleError, latest_due, next_occurrence

ZONES = st.sampled_from(
    ("UTC", "Europe/Berlin", "America/New_York", "America/Havana", "Africa/Cairo", "Asia/Kolkata")
)
TIMES = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
CRONS = st.sampled_from(
    (
        "* * * * *",
        "*/7 * * * *",
        "15 * * * *",
        "*/20 2 * * *",
        "30 0 * * *",
        "30 2 * * *",
        "0,30 1,2,3 * * *",
        "5 4 1,15 * *",
        "0 0 L * *",
        "0 12 * * MON#1",
        "59 23 29 2 *",
    )
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def some_after(cron: str, zone: str, after: datetime, count: int) -> list[datetime]:
    found = []
    for _ in range(count):
        after = next_occurrence(cron, zone, after)
        found.append(after)
    return found


@given(CRONS, ZONES, TIMES)
def test_occurrences_are_later_than_asked_each_later_than_the_last_and_in_utc(
    cron: str, zone: str, after: datetime
) -> None:
    found = [after, *some_after(cron, zone, after, 5)]

    assert found == sorted(set(found))
    assert all(time.tzinfo is UTC for time in found)


@given(CRONS, ZONES, TIMES, st.floats(0, 1))
def test_an_occurrence_is_the_next_one_from_wherever_before_it_one_looks(
    cron: str, zone: str, after: datetime, part: float
) -> None:
    found = next_occurrence(cron, zone, after)

    between = min(after + (found - after) * part, found - timedelta(microseconds=1))

    assert next_occurrence(cron, zone, between) == found


@given(
    st.integers(0, 59),
    st.integers(0, 23),
    ZONES,
    st.dates(datetime(2015, 1, 1).date(), datetime(2035, 1, 1).date()),  # noqa: DTZ001
)
def test_a_time_of_day_comes_once_on_each_day_also_when_the_clock_changes(
    minute: int, hour: int, zone: str, day: datetime
) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)

    found = some_after(f"{minute} {hour} * * *", zone, start, 3)

    days = [time.astimezone(ZoneInfo(zone)).date() for time in found]
    assert days == [days[0] + timedelta(days=number) for number in range(3)]


def test_a_time_that_the_clock_leaps_over_comes_right_after_the_leap() -> None:
    found = some_after("30 2 * * *", "Europe/Berlin", utc("2026-03-28T12:00"), 2)

    assert found == [utc("2026-03-29T01:00"), utc("2026-03-30T00:30")]


def test_a_time_that_the_clock_shows_twice_comes_at_the_first() -> None:
    found = some_after("30 2 * * *", "Europe/Berlin", utc("2026-10-24T12:00"), 2)

    assert found == [utc("2026-10-25T00:30"), utc("2026-10-26T01:30")]


def test_every_half_hour_goes_by_the_time_that_really_passes() -> None:
    found = some_after("*/30 * * * *", "Europe/Berlin", utc("2026-10-24T23:45"), 4)

    assert found == [utc("2026-10-25T00:00") + timedelta(minutes=30 * n) for n in range(4)]


def test_a_time_of_day_is_that_of_its_zone() -> None:
    after = utc("2026-07-01T00:00")

    assert next_occurrence("0 3 * * *", "Europe/Berlin", after) == utc("2026-07-01T01:00")
    assert next_occurrence("0 3 * * *", "Asia/Kolkata", after) == utc("2026-07-01T21:30")


@pytest.mark.parametrize("cron", ["", "* * * *", "* * * * * *", "@daily", "0 " * 200])
def test_an_expression_has_five_fields(cron: str) -> None:
    with pytest.raises(ScheduleError, match="has five fields"):
        next_occurrence(cron, "UTC", utc("2026-01-01"))


@pytest.mark.parametrize("cron", ["60 * * * *", "a * * * *", "*/0 * * * *", "0 0 * * FRI-MON"])
def test_a_field_that_cannot_be_read_is_named(cron: str) -> None:
    with pytest.raises(ScheduleError, match=r"is no cron expression: bad (minute|day-of-week)\."):
        next_occurrence(cron, "UTC", utc("2026-01-01"))


def test_a_day_that_no_month_has_is_refused() -> None:
    with pytest.raises(ScheduleError, match=r"bad day-of-month\."):
        next_occurrence("0 0 31 2 *", "UTC", utc("2026-01-01"))


def test_past_the_end_of_the_calendar_nothing_comes() -> None:
    with pytest.raises(ScheduleError, match="never comes true"):
        next_occurrence("0 0 29 2 *", "UTC", utc("9999-12-30"))


@pytest.mark.parametrize(
    "zone", ["", "Berlin", "Europe", "../UTC", "/etc/localtime", "localtime", "right/UTC", "a\0b"]
)
def test_a_zone_is_one_that_means_the_same_everywhere(zone: str) -> None:
    with pytest.raises(ScheduleError, match="There is no time zone"):
        next_occurrence("* * * * *", zone, utc("2026-01-01"))


@given(st.text(max_size=40) | st.text("0123456789*/,-#LW ", max_size=30))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    for cron in (text, f"{text} * * *", f"0 0 {text} * {text}"):
        try:
            assert next_occurrence(cron, "Europe/Berlin", utc("2026-01-01")).tzinfo is UTC
        except ScheduleError as error:
            assert str(error)  # noqa: PT017


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(NaiveTimestampError):
        next_occurrence("* * * * *", "UTC", datetime(2026, 1, 1))  # noqa: DTZ001


def test_an_occurrence_that_has_just_come_misses_none() -> None:
    due = latest_due("0 3 * * *", "UTC", utc("2026-01-01T03:00"), utc("2026-01-01T03:00"))

    assert due == Due(utc("2026-01-01T03:00"), 0, utc("2026-01-02T03:00"))


def test_of_missed_occurrences_the_latest_is_due_and_the_others_are_counted() -> None:
    due = latest_due("0 3 * * *", "UTC", utc("2026-01-01T03:00"), utc("2026-01-05T02:59"))

    assert due == Due(utc("2026-01-04T03:00"), 3, utc("2026-01-05T03:00"))


def test_an_occurrence_that_the_expression_no_longer_names_is_due_all_the_same() -> None:
    due = latest_due("0 3 * * *", "UTC", utc("2026-01-01T01:23"), utc("2026-01-01T02:00"))

    assert due == Due(utc("2026-01-01T01:23"), 0, utc("2026-01-01T03:00"))


@given(CRONS, ZONES, TIMES, st.timedeltas(timedelta(0), timedelta(hours=12)))
def test_nothing_comes_between_what_is_due_and_now(
    cron: str, zone: str, after: datetime, late: timedelta
) -> None:
    first = next_occurrence(cron, zone, after)

    due = latest_due(cron, zone, first, first + late)

    walked = [first]
    while (following := next_occurrence(cron, zone, walked[-1])) <= first + late:
        walked.append(following)
    assert due == Due(walked[-1], len(walked) - 1, following)


@given(CRONS, ZONES, TIMES)
def test_a_schedule_that_slept_for_years_is_due_once_and_soon_found(
    cron: str, zone: str, first: datetime
) -> None:
    now = first + timedelta(days=4000)

    due = latest_due(cron, zone, first, now)

    assert due.occurrence <= now < due.next_at
    assert next_occurrence(cron, zone, due.occurrence) == due.next_at
    assert due.missed <= MOST_COUNTED


def test_missed_occurrences_are_counted_to_a_thousand() -> None:
    due = latest_due("* * * * *", "UTC", utc("2016-01-01"), utc("2026-01-01T00:00:30"))

    assert due == Due(utc("2026-01-01"), MOST_COUNTED, utc("2026-01-01T00:01"))
