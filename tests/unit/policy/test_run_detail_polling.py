"""The pace of a run's page, case by case and as properties. Numbers are POLICY.md's cases."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policy.decision import Decision, Guards, Reason
from policy.instant import NaiveTimestampError
from policy.run_detail_polling import RunFacts, decide

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OPEN = Guards(authorised=True, connected=True, visible=True, dialog_open=False)
TERMINAL = ("succeeded", "partially_succeeded", "failed", "cancelled")

EAST, WEST = (timezone(sign * timedelta(hours=23, minutes=59)) for sign in (1, -1))
FIRST, LAST = datetime.min.replace(tzinfo=EAST), datetime.max.replace(tzinfo=WEST)

zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))
moments = st.datetimes(timezones=zones)
statuses = st.sampled_from(["queued", "running", "completed", "Running", "", None]) | st.text()
outcomes = st.sampled_from([*TERMINAL, "FAILED", None]) | st.text()
guards = st.builds(
    Guards,
    authorised=st.booleans(),
    connected=st.booleans(),
    visible=st.sampled_from([True, False, None]),
    dialog_open=st.booleans(),
)
facts = st.builds(RunFacts, statuses, outcomes, st.none() | moments, st.none() | moments)


def running(age: float) -> RunFacts:
    return RunFacts("running", None, NOW - timedelta(days=1), NOW - timedelta(seconds=age))


@pytest.mark.parametrize(
    ("age", "interval"),
    [(0, 1), (9.999999, 1), (10, 5), (59.999999, 5), (60, 10), (3600, 10), (30 * 86400, 10)],
)
def test_a_boundary_belongs_to_the_slower_side(age: float, interval: int) -> None:
    """Case 5 included: running for thirty days is still asked about."""
    assert decide(running(age), OPEN, NOW) == Decision(interval, Reason.LIVE)


@pytest.mark.parametrize(("ahead", "interval"), [(0.5, 1), (60, 1), (60.000001, 10), (3600, 10)])
def test_clock_skew_does_not_buy_the_fastest_pace_for_ever(ahead: float, interval: int) -> None:
    assert decide(running(-ahead), OPEN, NOW).interval == interval


def test_a_queued_run_is_aged_from_its_creation() -> None:
    """Case 4."""
    run = RunFacts("queued", None, NOW - timedelta(seconds=30), None)

    assert decide(run, OPEN, NOW).interval == 5


@pytest.mark.parametrize("status", ["queued", "running"])
def test_an_unknown_age_is_the_slowest_pace(status: str) -> None:
    """Case 4."""
    assert decide(RunFacts(status, None, None, None), OPEN, NOW).interval == 10


def test_a_running_run_without_a_start_is_aged_from_its_creation() -> None:
    run = RunFacts("running", None, NOW - timedelta(seconds=3), None)

    assert decide(run, OPEN, NOW).interval == 1


@given(st.sampled_from(TERMINAL), st.none() | moments, guards, moments)
def test_a_finished_run_is_never_asked_about(
    outcome: str, started: datetime | None, guard: Guards, now: datetime
) -> None:
    """Case 1."""
    decision = decide(RunFacts("completed", outcome, started, started), guard, now)

    assert decision.interval is None
    assert decision.reason is (Reason.TERMINAL if guard.authorised else Reason.UNAUTHORISED)


def test_reasons_have_one_precedence() -> None:
    """Case 7, over every combination of guards and records."""
    records = {
        None: Reason.MISSING,
        RunFacts("Running", None, NOW, NOW): Reason.UNKNOWN,
        RunFacts("completed", "failed", NOW, NOW): Reason.TERMINAL,
        running(0): None,
    }
    for (record, own), authorised, connected, visible, dialog in product(
        records.items(), (True, False), (True, False), (True, False, None), (True, False)
    ):
        closed = [
            (not authorised, Reason.UNAUTHORISED),
            (own is not None, own),
            (not connected, Reason.DISCONNECTED),
            (not visible, Reason.HIDDEN),
            (dialog, Reason.DIALOG),
            (True, Reason.LIVE),
        ]
        expected = next(reason for is_so, reason in closed if is_so)

        decision = decide(record, Guards(authorised, connected, visible, dialog), NOW)

        assert decision.reason is expected
        assert (decision.interval is not None) == (expected is Reason.LIVE)


@given(st.none() | facts, guards, moments)
@example(RunFacts("running", None, FIRST, FIRST), OPEN, LAST)
@example(RunFacts("running", None, LAST, LAST), OPEN, FIRST)
@example(RunFacts("queued", None, FIRST, None), OPEN, FIRST)
def test_every_input_has_a_decision_and_guards_only_ever_stop_it(
    run: RunFacts | None, guard: Guards, now: datetime
) -> None:
    unguarded = decide(run, OPEN, now)

    decision = decide(run, guard, now)

    assert decision.interval in {unguarded.interval, None}
    assert unguarded.interval in {1, 5, 10, None}
    assert (decision.reason is Reason.LIVE) == (decision.interval is not None)


def test_hiding_and_showing_does_not_reset_the_ramp() -> None:
    """Case 6: ten minutes hidden, then the interval of its true age."""
    run, hidden = running(5), Guards(True, True, False, False)
    shown_again = NOW + timedelta(minutes=10)

    before, meanwhile = decide(run, OPEN, NOW), decide(run, hidden, shown_again)

    assert (before.interval, meanwhile.interval) == (1, None)
    assert decide(run, OPEN, shown_again) == Decision(10, Reason.LIVE)


def test_a_phase_starts_its_own_ramp() -> None:
    """A long queue does not slow a young run; a start on a queued run is no phase of it."""
    hour_ago, just_now = NOW - timedelta(hours=1), NOW - timedelta(seconds=2)

    assert decide(RunFacts("running", None, hour_ago, just_now), OPEN, NOW).interval == 1
    assert decide(RunFacts("queued", None, hour_ago, just_now), OPEN, NOW).interval == 10
    assert decide(RunFacts("queued", None, just_now, hour_ago), OPEN, NOW).interval == 1


def test_a_start_too_far_ahead_is_unknown_and_does_not_fall_back_to_the_creation() -> None:
    run = RunFacts("running", None, NOW, NOW + timedelta(hours=1))

    assert decide(run, OPEN, NOW).interval == 10


@given(st.text(), outcomes)
def test_a_word_that_nobody_knows_is_never_active(status: str, outcome: str | None) -> None:
    decision = decide(RunFacts(status, outcome, NOW, NOW), OPEN, NOW)

    assert (decision.interval is not None) == (status in {"queued", "running"})


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.sampled_from(["queued", "running"]))
def test_the_interval_never_shrinks_as_a_phase_ages(first: int, second: int, status: str) -> None:
    """Case 9."""
    younger, older = sorted((first, second))

    paces = [
        decide(RunFacts(status, None, NOW - timedelta(milliseconds=age), None), OPEN, NOW).interval
        for age in (younger, older)
    ]

    assert paces[0] <= paces[1]


@given(st.integers(-(10**6), 10**6), st.integers(-(10**8), 10**8), guards)
def test_shifting_all_times_alike_changes_nothing(age: int, shift: int, guard: Guards) -> None:
    """Case 9."""
    by = timedelta(seconds=shift)
    born = NOW - timedelta(milliseconds=age)

    here = decide(RunFacts("running", None, born, born), guard, NOW)
    there = decide(RunFacts("running", None, born + by, born + by), guard, NOW + by)

    assert here == there


@pytest.mark.parametrize("which", ["created_at", "started_at", "now"])
def test_a_naive_timestamp_is_refused(which: str) -> None:
    """Case 8."""
    times = {"created_at": NOW, "started_at": NOW, "now": NOW}
    times[which] = times[which].replace(tzinfo=None)

    with pytest.raises(NaiveTimestampError, match=which):
        decide(
            RunFacts("running", None, times["created_at"], times["started_at"]), OPEN, times["now"]
        )
