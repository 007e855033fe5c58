"""The guards of a moment: which closes first, and that none changes a pace."""

from itertools import product

import pytest

from policy.decision import Decision, Guards, Reason, guarded, never

# (connected, visible, dialog open) → the reason, written out; case 7.
CLOSED = {
    (True, True, False): None,
    (True, True, True): Reason.DIALOG,
    (True, False, False): Reason.HIDDEN,
    (True, False, True): Reason.HIDDEN,
    (True, None, False): Reason.HIDDEN,
    (True, None, True): Reason.HIDDEN,
    (False, True, False): Reason.DISCONNECTED,
    (False, True, True): Reason.DISCONNECTED,
    (False, False, False): Reason.DISCONNECTED,
    (False, False, True): Reason.DISCONNECTED,
    (False, None, False): Reason.DISCONNECTED,
    (False, None, True): Reason.DISCONNECTED,
}


@pytest.mark.parametrize(("moment", "reason"), CLOSED.items())
def test_the_first_closed_guard_gives_the_reason(
    moment: tuple[bool, bool | None, bool], reason: Reason | None
) -> None:
    assert Guards(True, *moment).closed() is reason


def test_a_visibility_not_yet_reported_counts_as_hidden() -> None:
    """Case 14: a tab opened in the background must not poll."""
    unreported = Guards(authorised=True, connected=True, visible=None, dialog_open=False)

    assert unreported.closed() is Reason.HIDDEN


@pytest.mark.parametrize(("interval", "moment"), list(product((1, 5, 10, 30), CLOSED)))
def test_guards_stop_an_interval_and_never_change_it(
    interval: int, moment: tuple[bool, bool | None, bool]
) -> None:
    reason = CLOSED[moment]
    expected = Decision(interval, Reason.LIVE) if reason is None else Decision(None, reason)

    assert guarded(interval, Guards(True, *moment)) == expected


@pytest.mark.parametrize("reason", Reason)
def test_never_has_a_reason_and_no_interval(reason: Reason) -> None:
    assert never(reason) == Decision(interval=None, reason=reason)


def test_the_reasons_are_spelled_as_the_contract_spells_them_in_order_of_precedence() -> None:
    assert [str(reason) for reason in Reason] == [
        *("unauthorised", "missing", "unknown", "terminal", "expired", "none"),
        *("disconnected", "hidden", "dialog", "live"),
    ]
