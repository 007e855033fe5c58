"""A failure is over when a later run succeeds, and word that it is known ends with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.failure_state import FailureState, Standing, failure_state

OPEN, KNOWN, CLEARED = FailureState.OPEN, FailureState.ACKNOWLEDGED, FailureState.CLEARED


@pytest.mark.parametrize(
    ("failed", "succeeded", "acknowledged", "state"),
    [
        (10, None, None, OPEN),
        (10, 9, None, OPEN),
        (10, 11, None, CLEARED),
        (10, None, 10, KNOWN),
        (12, None, 10, KNOWN),  # the same trouble goes on
        (12, 9, 10, KNOWN),
        (10, 11, 10, CLEARED),
        (12, 11, 10, OPEN),  # it was over in between: this failure is another one
    ],
)
def test_one_tenant(
    failed: int, succeeded: int | None, acknowledged: int | None, state: FailureState
) -> None:
    assert failure_state([Standing(failed, succeeded, acknowledged)]) is state


def test_a_tenant_hit_after_the_acknowledgement_is_news() -> None:
    known, hit_later = Standing(12, None, 10), Standing(13)

    assert failure_state([known, hit_later]) is OPEN


def test_a_kind_of_failure_is_cleared_once_it_is_for_every_tenant_it_hit() -> None:
    assert failure_state([Standing(10, 11), Standing(12, None, 12)]) is KNOWN
    assert failure_state([Standing(10, 11), Standing(12, 13, 12)]) is CLEARED
    assert failure_state([]) is CLEARED


IDS = st.integers(1, 60)
STANDINGS = st.lists(
    st.builds(Standing, IDS, st.one_of(st.none(), IDS), st.one_of(st.none(), IDS)), min_size=1
)


@given(STANDINGS)
def test_a_success_everywhere_clears_whatever_was_said(standings: list[Standing]) -> None:
    later = [Standing(s.newest_failure, s.newest_failure + 1, s.acknowledged) for s in standings]

    assert failure_state(later) is CLEARED


@given(STANDINGS)
def test_no_acknowledgement_silences_a_failure_after_its_success(standings: list[Standing]) -> None:
    newest = max(max(s.newest_failure, s.acknowledged or 0) for s in standings)
    again = [Standing(newest + 2, newest + 1, s.acknowledged) for s in standings]

    assert failure_state(again) is OPEN
