"""The pace of the page about refreshing, and that it is guarded as everything else is."""

from hypothesis import given
from hypothesis import strategies as st

from policy import run_list_polling
from policy.decision import Decision, Guards, Reason
from policy.refresh_polling import decide
from policy.status import UxStatus

OPEN = Guards(authorised=True, connected=True, visible=True, dialog_open=False)


def test_it_asks_every_ten_seconds() -> None:
    assert decide(OPEN) == Decision(10, Reason.LIVE)


@given(
    st.builds(
        Guards, st.booleans(), st.booleans(), st.sampled_from([True, False, None]), st.booleans()
    )
)
def test_it_decides_as_a_list_on_which_something_is_active(guards: Guards) -> None:
    assert decide(guards) == run_list_polling.decide([UxStatus.RUNNING], guards)
