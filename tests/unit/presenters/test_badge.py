"""What the badge says, for every reason."""

from datetime import UTC, datetime

import pytest

from policy.decision import Reason
from tests.unit.presenters.factories import LOCALE
from ui.presenters.badge import BadgeView, badge

_AT = datetime(2026, 11, 24, 11, 3, 10, tzinfo=UTC)


def _badge(
    reason: Reason,
    armed: float | None = None,
    finished_at: datetime | None = None,
    stale_since: datetime | None = None,
) -> BadgeView:
    return badge(reason, armed, finished_at=finished_at, stale_since=stale_since, locale=LOCALE)


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (Reason.HIDDEN, "Paused · tab hidden"),
        (Reason.DIALOG, "Paused · dialog open"),
        (Reason.UNKNOWN, "Unknown state · not refreshing"),
        (Reason.MISSING, "Not found"),
        (Reason.TERMINAL, "Finished"),
    ],
)
def test_a_surface_that_does_not_refresh_says_why_and_arms_nothing(
    reason: Reason, text: str
) -> None:
    view = _badge(reason)

    assert (view["text"], view["reason"], view["interval"]) == (text, reason.value, "")


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words(reason: Reason) -> None:
    assert _badge(reason)["text"]


@pytest.mark.parametrize(("armed", "text"), [(5.0, "5"), (10, "10"), (1.5, "1.5")])
def test_a_live_surface_states_the_delay_that_is_armed(armed: float, text: str) -> None:
    view = _badge(Reason.LIVE, armed)

    assert (view["text"], view["interval"]) == (f"Live · every {text} s", text)


def test_what_is_not_authorised_looks_exactly_like_what_is_missing() -> None:
    assert _badge(Reason.UNAUTHORISED) == _badge(Reason.MISSING)


def test_a_finished_run_says_when_in_the_persons_zone() -> None:
    assert _badge(Reason.TERMINAL, finished_at=_AT)["text"] == "Finished 12:03:10"


def test_a_stale_surface_says_since_when_and_when_it_tries_again() -> None:
    view = _badge(Reason.LIVE, 12.3, stale_since=_AT)

    assert view["text"] == "Stale since 12:03 · next try in 12 s"
    assert view["interval"] == "12.3"


def test_a_stale_surface_that_is_paused_promises_no_next_try() -> None:
    assert _badge(Reason.HIDDEN, stale_since=_AT)["text"] == "Stale since 12:03 · paused"


@pytest.mark.parametrize("reason", [Reason.MISSING, Reason.UNAUTHORISED, Reason.TERMINAL])
def test_what_is_over_is_never_called_stale(reason: Reason) -> None:
    assert _badge(reason, stale_since=_AT) == _badge(reason)
