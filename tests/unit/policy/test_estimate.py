"""An estimate says what the past says, and nothing where the past says nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.estimate import FEWEST_RUNS, Pace, TypicalDuration, estimate, typical_duration
from policy.instant import NaiveTimestampError

NOW = datetime(2026, 11, 24, 11, 3, 10, tzinfo=UTC)
TYPICAL = TypicalDuration(half=40.0, most=120.0)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize("count", range(FEWEST_RUNS))
def test_too_few_past_runs_say_nothing(count: int) -> None:
    assert typical_duration([10.0] * count) is None


def test_a_percentile_is_a_duration_that_was_seen() -> None:
    assert typical_duration([float(n) for n in range(100, 0, -1)]) == TypicalDuration(50.0, 95.0)
    assert typical_duration([3.0] * FEWEST_RUNS) == TypicalDuration(3.0, 3.0)


@pytest.mark.parametrize(
    ("passed", "pace", "left"),
    [
        (0, Pace.USUAL, 40),
        (1, Pace.USUAL, 40),
        (10, Pace.USUAL, 30),
        (39.9, Pace.USUAL, 10),
        (40, Pace.SLOWER_THAN_HALF, None),
        (119.9, Pace.SLOWER_THAN_HALF, None),
        (120, Pace.SLOWER_THAN_MOST, None),
        (10**7, Pace.SLOWER_THAN_MOST, None),
        (-59, Pace.USUAL, 40),  # a clock that is a little ahead
    ],
)
def test_where_a_run_lies_among_those_of_its_past(
    passed: float, pace: Pace, left: int | None
) -> None:
    told = estimate(TYPICAL, ago(passed), NOW)

    assert told is not None
    assert (told.pace, told.seconds_left) == (pace, left)


@pytest.mark.parametrize(
    ("half", "left"),
    [(59, 60), (61, 120), (600, 600), (601, 900), (3601, 7200), (86_401, 172_800)],
)
def test_what_is_left_is_told_in_steps_that_its_size_can_bear(half: int, left: int) -> None:
    told = estimate(TypicalDuration(half, 10.0**7), NOW, NOW)

    assert told is not None
    assert told.seconds_left == left


def test_nothing_is_said_without_a_history_or_with_a_begin_far_ahead() -> None:
    assert estimate(None, NOW, NOW) is None
    assert estimate(TYPICAL, ago(-61), NOW) is None


def test_a_run_that_waits_has_nothing_behind_it_yet() -> None:
    told = estimate(TYPICAL, None, NOW)

    assert told is not None
    assert (told.pace, told.seconds_left) == (Pace.NOT_BEGUN, None)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(NaiveTimestampError):
        estimate(TYPICAL, NOW.replace(tzinfo=None), NOW)


SECONDS = st.floats(0, 10**7).map(lambda seconds: round(seconds, 6))


@given(st.lists(SECONDS, min_size=FEWEST_RUNS, max_size=300), SECONDS, SECONDS)
def test_time_only_makes_a_run_slower_and_what_is_left_is_never_negative(
    past: list[float], first: float, more: float
) -> None:
    typical = typical_duration(past)
    sooner, later = (estimate(typical, ago(s), NOW) for s in (first, first + more))

    assert typical is not None
    assert sooner is not None
    assert later is not None
    assert typical.half <= typical.most
    order = list(Pace)
    assert order.index(sooner.pace) <= order.index(later.pace)
    for told in (sooner, later):
        assert (told.seconds_left is not None) == (told.pace is Pace.USUAL)
        assert told.seconds_left is None or told.seconds_left > 0
    if sooner.seconds_left is not None and later.seconds_left is not None:
        assert later.seconds_left <= sooner.seconds_left
