"""The pace of the overview is that of a list of runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import run_list_polling
from policy.decision import Decision, Guards, Reason
from policy.overview_polling import decide
from policy.status import UxStatus

OPEN = Guards(authorised=True, connected=True, visible=True, dialog_open=False)


@pytest.mark.parametrize(("any_active", "interval"), [(True, 10), (False, 30)])
def test_ten_seconds_while_anything_is_active_and_thirty_otherwise(
    any_active: bool, interval: int
) -> None:
    assert decide(any_active, OPEN) == Decision(interval, Reason.LIVE)


@given(
    st.booleans(),
    st.builds(
        Guards, st.booleans(), st.booleans(), st.sampled_from([True, False, None]), st.booleans()
    ),
)
def test_it_decides_as_the_list_beside_it_does(any_active: bool, guards: Guards) -> None:
    shown = [UxStatus.RUNNING if any_active else UxStatus.SUCCEEDED]

    assert decide(any_active, guards) == run_list_polling.decide(shown, guards)
