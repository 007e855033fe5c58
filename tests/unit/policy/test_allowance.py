"""A bucket that fills at a steady rate, by a clock in the test's hands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.allowance import Allowance, Allowances


def test_a_burst_may_come_at_once_and_the_next_one_waits() -> None:
    allowance = Allowance.full(2.0, 10.0, 0.0)

    waits = [allowance.spend(0.0) for _ in range(11)]

    assert waits[:10] == [0.0] * 10
    assert waits[10] == 0.5


def test_it_fills_again_and_never_beyond_its_burst() -> None:
    allowance = Allowance.full(2.0, 10.0, 0.0)
    allowance.spend(0.0, 10.0)

    assert allowance.left(3.0) == 6.0
    assert allowance.left(1000.0) == 10.0


def test_asking_spends_nothing() -> None:
    allowance = Allowance.full(2.0, 10.0, 0.0)

    assert allowance.wait_for(0.0, 10.0) == 0.0
    assert allowance.left(0.0) == 10.0


def test_more_than_a_burst_is_waited_for_as_long_as_a_burst() -> None:
    allowance = Allowance.full(1.0, 5.0, 0.0)
    allowance.spend(0.0, 5.0)

    assert allowance.wait_for(0.0, 100.0) == 5.0


def test_a_clock_that_stands_or_goes_back_gives_nothing() -> None:
    allowance = Allowance.full(2.0, 10.0, 5.0)
    allowance.spend(5.0, 10.0)

    assert allowance.left(4.0) == 0.0


@given(
    st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 5)), max_size=200),
    st.floats(0.5, 100),
    st.floats(1, 100),
)
def test_whoever_waits_as_told_never_gets_more_than_rate_and_burst(
    asked: list[tuple[float, float]], per_second: float, burst: float
) -> None:
    now, spent = 0.0, 0.0
    allowance = Allowance.full(per_second, burst, now)

    for pause, cost in asked:
        now += pause
        now += allowance.spend(now, cost)
        spent += cost
        assert spent <= burst + per_second * now + 1e-6 * (1 + spent)


def test_of_many_parties_only_the_latest_are_remembered() -> None:
    allowances = Allowances(1.0, 5.0, most=100)

    for number in range(10_000):
        allowances.of(number, 0.0).spend(0.0, 5.0)

    assert len(allowances) == 100
    assert allowances.of(9_999, 0.0).left(0.0) == 0.0
    assert allowances.of(1, 0.0).left(0.0) == 5.0


@pytest.mark.parametrize("seconds", [0.0, 1.0, 60.0])
def test_one_party_s_haste_is_not_another_s(seconds: float) -> None:
    allowances = Allowances(1.0, 5.0)
    allowances.of("hasty", 0.0).spend(0.0, 500.0)

    assert allowances.of("other", seconds).wait_for(seconds) == 0.0
