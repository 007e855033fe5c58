"""The pace of a review pack card, and when a ready pack has expired."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.decision import Decision, Guards, Reason
from policy.instant import NaiveTimestampError
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
ACTIVE, STORED = ("queued", "generating"), ("queued", "generating", "ready", "failed", "expired")

zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))
moments = st.datetimes(timezones=zones) | st.sampled_from(
    [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
packs = st.builds(PackFacts, st.none() | st.text() | st.sampled_from(STORED), st.none() | moments)
guards = st.builds(
    Guards, st.booleans(), st.booleans(), st.sampled_from([True, False, None]), st.booleans()
)


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


@given(st.none() | packs, guards, moments)
def test_every_card_has_a_decision_and_only_an_active_pack_an_interval(
    pack: PackFacts | None, guard: Guards, now: datetime
) -> None:
    """Case 1 for the card: what is finished, expired, unknown or absent is never asked about."""
    is_active = pack is not None and pack.status in ACTIVE

    decision = decide(pack, guard, now)

    assert decision.interval == (10 if is_active and guard == OPEN else None)
    assert (decision.reason is Reason.LIVE) == (decision.interval is not None)


@given(moments, moments)
def test_a_ready_pack_is_expired_from_its_moment_on(expires_at: datetime, now: datetime) -> None:
    pack = PackFacts("ready", expires_at)
    is_expired = (now - expires_at) >= timedelta(0)

    assert (effective_status(pack, now) is UxPackStatus.EXPIRED) == is_expired
    assert (decide(pack, OPEN, now).reason is Reason.EXPIRED) == is_expired
    assert repaint_at(pack, now) == (None if is_expired else expires_at)


@pytest.mark.parametrize("away", [timedelta(microseconds=1), timedelta(days=400)])
def test_the_repaint_finds_the_pack_expired_and_nothing_further_to_come(away: timedelta) -> None:
    pack = PackFacts("ready", NOW + away)

    due = repaint_at(pack, NOW)

    assert effective_status(pack, due) is UxPackStatus.EXPIRED
    assert repaint_at(pack, due) is None


def test_a_ready_pack_without_an_expiry_never_turns() -> None:
    assert repaint_at(PackFacts("ready", None), datetime.max.replace(tzinfo=UTC)) is None


@given(st.text() | st.sampled_from(["Ready", "QUEUED", "generating ", "unknown", ""]))
def test_a_word_that_nobody_knows_is_unknown_and_never_active(status: str) -> None:
    expected = UxPackStatus(status) if status in STORED else UxPackStatus.UNKNOWN

    assert effective_status(PackFacts(status, LATER), NOW) is expected


def test_the_reasons_of_a_card_have_one_precedence() -> None:
    """Case 7, over every combination of guards and packs."""
    own = {
        None: Reason.NONE,
        PackFacts("Ready", NOW): Reason.UNKNOWN,
        PackFacts("ready", LATER): Reason.TERMINAL,
        PackFacts("failed", None): Reason.TERMINAL,
        PackFacts("ready", NOW): Reason.EXPIRED,
        PackFacts("queued", None): None,
    }
    moments_of_guards = product((True, False), (True, False), (True, False, None), (True, False))
    for pack, (authorised, connected, visible, dialog) in product(own, list(moments_of_guards)):
        closed = [
            (not authorised, Reason.UNAUTHORISED),
            (own[pack] is not None, own[pack]),
            (not connected, Reason.DISCONNECTED),
            (not visible, Reason.HIDDEN),
            (dialog, Reason.DIALOG),
            (True, Reason.LIVE),
        ]
        expected = next(reason for is_so, reason in closed if is_so)

        decision = decide(pack, Guards(authorised, connected, visible, dialog), NOW)

        assert decision == Decision(10 if expected is Reason.LIVE else None, expected)


@given(
    st.sampled_from(STORED),
    st.integers(-(10**6), 10**6),
    st.integers(-(10**8), 10**8),
    guards,
)
def test_shifting_all_times_alike_changes_nothing(
    status: str, left: int, shift: int, guard: Guards
) -> None:
    """Case 9."""
    by, expires_at = timedelta(seconds=shift), NOW + timedelta(milliseconds=left)

    here = decide(PackFacts(status, expires_at), guard, NOW)
    there = decide(PackFacts(status, expires_at + by), guard, NOW + by)

    assert here == there


def test_a_naive_timestamp_is_refused() -> None:
    """Case 8."""
    naive, pack = NOW.replace(tzinfo=None), PackFacts("ready", LATER)

    with pytest.raises(NaiveTimestampError, match="expires_at"):
        PackFacts("ready", naive)
    for ask in (lambda: decide(None, OPEN, naive), lambda: decide(pack, OPEN, naive)):
        with pytest.raises(NaiveTimestampError, match="now"):
            ask()
    for ask in (effective_status, repaint_at):
        with pytest.raises(NaiveTimestampError, match="now"):
            ask(pack, naive)
