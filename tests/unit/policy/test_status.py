"""Any text may be stored; only known words, spelled exactly, count."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.status import UxStatus, ux_status

ACTIVE = {"queued": UxStatus.QUEUED, "running": UxStatus.RUNNING}
FINISHED = {
    "succeeded": UxStatus.SUCCEEDED,
    "partially_succeeded": UxStatus.PARTIAL,
    "failed": UxStatus.FAILED,
    "cancelled": UxStatus.CANCELLED,
}
anything = st.none() | st.text() | st.sampled_from([*ACTIVE, *FINISHED, "completed", "partial"])


@given(anything, anything)
def test_any_text_is_survived_and_only_known_words_mean_something(
    status: str | None, outcome: str | None
) -> None:
    unknown = UxStatus.UNKNOWN
    expected = FINISHED.get(outcome, unknown) if status == "completed" else ACTIVE.get(status)

    assert ux_status(status, outcome) is (expected or unknown)


@pytest.mark.parametrize("word", ["queued", "running", "completed"])
@pytest.mark.parametrize(
    "spoil", [str.upper, str.title, " {}".format, "{}\n".format, "{}\0".format]
)
def test_an_odd_spelling_is_unknown(word: str, spoil: Callable[[str], str]) -> None:
    assert ux_status(spoil(word), "succeeded") is UxStatus.UNKNOWN


@pytest.mark.parametrize("outcome", [None, "", "partial", "Failed", "completed", "failed "])
def test_a_completed_run_without_a_known_outcome_is_unknown(outcome: str | None) -> None:
    assert ux_status("completed", outcome) is UxStatus.UNKNOWN


@pytest.mark.parametrize("status", UxStatus)
def test_a_status_is_active_or_terminal_or_unknown_and_never_two_of_them(status: UxStatus) -> None:
    assert status.is_active == (status in ACTIVE.values())
    assert status.is_terminal == (status in FINISHED.values())
    assert (status is UxStatus.UNKNOWN) == (not status.is_active and not status.is_terminal)
