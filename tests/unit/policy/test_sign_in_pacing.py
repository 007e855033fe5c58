from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.sign_in_pacing import FREE_FAILURES, LONGEST_WAIT, wait_after


@pytest.mark.parametrize("failures", [-1, 0, 1, FREE_FAILURES - 1])
def test_a_few_mistakes_cost_nothing(failures: int) -> None:
    assert wait_after(failures) == timedelta(0)


def test_then_each_waits_twice_as_long_as_the_one_before() -> None:
    waits = [wait_after(FREE_FAILURES + n).total_seconds() for n in range(8)]

    assert waits == [15, 30, 60, 120, 240, 480, 900, 900]


@given(st.integers())
def test_nobody_waits_longer_than_a_quarter_of_an_hour(failures: int) -> None:
    assert timedelta(0) <= wait_after(failures) <= wait_after(failures + 1) <= LONGEST_WAIT
