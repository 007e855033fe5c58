"""The pace of a review pack card, and when a ready pack has expired."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.decision import Decision, Guards, Reason
from policy.review_pack_polling import (
    PackFacts,
    UxPackStatus,
    decide,
    effective_status,
    repaint_at,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OPEN = Guards(authorised=True, connected=True, visible=True, dialog_open=False)


@pytest.mark.parametrize(
    ("pack", "decision"),
    [
        (None, Decision(None, Reason.NONE)),
        (PackFacts("queued", None), Decision(10, Reason.LIVE)),
        (PackFacts("generating", None), Decision(10, Reason.LIVE)),
        (PackFacts("generating", NOW - timedelta(days=1)), Decision(10, Reason.LIVE)),
        (PackFacts("ready", None), Decision(None, Reason.TERMINAL)),
        (PackFacts("ready", LATER), Decision(None, Reason.TERMINAL)),
        (PackFacts("ready", NOW), Decision(None, Reason.EXPIRED)),
        (PackFacts("failed", NOW), Decision(None, Reason.TERMINAL)),
        (PackFacts("expired", LATER), Decision(None, Reason.EXPIRED)),
        (PackFacts("Ready", LATER), Decision(None, Reason.UNKNOWN)),
        (PackFacts(None, None), Decision(None, Reason.UNKNOWN)),
    ],
)
def test_each_state_has_its_pace(pack: PackFacts | None, decision: Decision) -> None:
    assert decide(pack, OPEN, NOW) == decision


@given(st.sampled_from(["queued", "generating", "failed", "expired"]), st.datetimes())
def test_only_a_ready_pack_heeds_its_expiry(status: str, expires_at: datetime) -> None:
    pack = PackFacts(status, expires_at.replace(tzinfo=UTC))

    assert effective_status(pack, NOW) is UxPackStatus(status)


def test_expiring_now_is_expired() -> None:
    assert effective_status(PackFacts("ready", NOW), NOW) is UxPackStatus.EXPIRED


def test_a_ready_pack_repaints_once_at_its_expiry() -> None:
    assert repaint_at(PackFacts("ready", LATER), NOW) == LATER
    assert repaint_at(PackFacts("ready", NOW), NOW) is None
    assert repaint_at(PackFacts("generating", LATER), NOW) is None
    assert repaint_at(None, NOW) is None


def test_a_hidden_card_pauses_and_a_stranger_learns_nothing() -> None:
    active = PackFacts("generating", None)

    assert decide(active, Guards(True, True, False, False), NOW).reason is Reason.HIDDEN
    assert decide(None, Guards(False, True, True, False), NOW).reason is Reason.UNAUTHORISED
