"""The timer's grid and the back-off."""

from hypothesis import given
from hypothesis import strategies as st

from policy.pacing import BACK_OFF_CAP, back_off, next_due

intervals = st.sampled_from([1, 5, 10, 30])


def test_a_tick_in_time_is_followed_by_the_next_on_the_grid() -> None:
    assert next_due(due=100.0, completed=100.005, interval=1) == 101.0


def test_a_late_tick_skips_to_a_multiple_half_an_interval_away() -> None:
    assert next_due(due=100.0, completed=103.2, interval=1) == 104.0
    assert next_due(due=100.0, completed=103.6, interval=1) == 105.0


def test_a_slow_read_never_overlaps_and_leaves_a_real_gap() -> None:
    """Case 18: a 3 s read at a 1 s interval."""
    assert next_due(due=100.0, completed=103.0, interval=1) == 104.0


def test_exactly_half_an_interval_is_gap_enough() -> None:
    assert next_due(due=100.0, completed=105.0, interval=10) == 110.0
    assert next_due(due=100.0, completed=105.25, interval=10) == 120.0


def test_a_read_done_before_it_was_due_still_waits_for_the_next_of_the_grid() -> None:
    assert next_due(due=100.0, completed=90.0, interval=1) == 101.0


@given(intervals, st.floats(0, 1e4))
def test_the_grid_never_drifts_nor_bunches(interval: int, late: float) -> None:
    due = next_due(1000.0, 1000.0 + late, interval)

    assert (due - 1000.0) % interval == 0
    assert due >= 1000.0 + late + interval / 2 - 1e-6
    assert due <= 1000.0 + late + 1.5 * interval + 1e-6


@given(intervals, st.integers(1, 10_000), st.floats(0, 1))
def test_backing_off_is_never_quicker_than_the_policy_nor_slower_than_the_cap(
    interval: int, failures: int, draw: float
) -> None:
    delay = back_off(interval, failures, draw)

    assert interval <= delay <= BACK_OFF_CAP * 1.2


@given(intervals, st.integers(1, 10_000), st.floats(0, 1))
def test_jitter_is_a_fifth_around_the_doubled_interval(
    interval: int, failures: int, draw: float
) -> None:
    middle = back_off(interval, failures, 0.5)

    assert back_off(interval, failures, 0.0) == max(interval, middle * 0.8)
    assert back_off(interval, failures, 1.0) == middle * 1.2
    assert middle * 0.8 - 1e-9 <= back_off(interval, failures, draw) <= middle * 1.2 + 1e-9


@given(intervals, st.integers(1, 10_000), st.floats(0, 1))
def test_another_failure_never_shortens_the_wait(interval: int, failures: int, draw: float) -> None:
    assert back_off(interval, failures, draw) <= back_off(interval, failures + 1, draw)


def test_an_interval_beyond_the_cap_is_still_never_undercut() -> None:
    assert back_off(90, 1, 0.0) == 90


def test_backing_off_doubles() -> None:
    assert [back_off(1, n, 0.5) for n in range(1, 9)] == [2, 4, 8, 16, 32, 60, 60, 60]
