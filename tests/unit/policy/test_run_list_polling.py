"""The pace of a list: it slows down, but never stops for being finished."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.decision import Decision, Guards, Reason
from policy.run_list_polling import decide
from policy.status import UxStatus

OPEN = Guards(authorised=True, connected=True, visible=True, dialog_open=False)


@given(st.lists(st.sampled_from(UxStatus)))
def test_ten_seconds_while_any_run_is_active_and_thirty_otherwise(shown: list[UxStatus]) -> None:
    is_active = UxStatus.QUEUED in shown or UxStatus.RUNNING in shown

    assert decide(shown, OPEN) == Decision(10 if is_active else 30, Reason.LIVE)


@pytest.mark.parametrize(
    "shown",
    [[], [UxStatus.UNKNOWN], [UxStatus.SUCCEEDED, UxStatus.PARTIAL, UxStatus.FAILED] * 20],
)
def test_a_list_with_nothing_active_still_asks_for_the_next_run(shown: list[UxStatus]) -> None:
    assert decide(shown, OPEN) == Decision(30, Reason.LIVE)


@given(
    st.lists(st.sampled_from(UxStatus)),
    st.builds(
        Guards, st.booleans(), st.booleans(), st.sampled_from([True, False, None]), st.booleans()
    ),
)
def test_guards_stop_a_list_and_never_change_its_pace(
    shown: list[UxStatus], guards: Guards
) -> None:
    decision = decide(iter(shown), guards)

    assert decision.interval in {None, decide(shown, OPEN).interval}
    assert (decision.interval is None) == (guards != OPEN)


@pytest.mark.parametrize(
    ("guards", "reason"),
    [
        (Guards(False, False, None, True), Reason.UNAUTHORISED),
        (Guards(True, False, None, True), Reason.DISCONNECTED),
        (Guards(True, True, None, True), Reason.HIDDEN),
        (Guards(True, True, False, False), Reason.HIDDEN),
        (Guards(True, True, True, True), Reason.DIALOG),
    ],
)
def test_a_closed_guard_stops_it(guards: Guards, reason: Reason) -> None:
    assert decide([UxStatus.RUNNING], guards) == Decision(None, reason)
