"""What a run waits for and when its holder was last heard of, case by case and as properties."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policy.instant import NaiveTimestampError
from policy.liveness import LifeFacts, Liveness, Sign, liveness

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
NOTHING = Liveness(Sign.NONE)

EAST, WEST = (timezone(sign * timedelta(hours=23, minutes=59)) for sign in (1, -1))
FIRST, LAST = datetime.min.replace(tzinfo=EAST), datetime.max.replace(tzinfo=WEST)

zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))
moments = st.datetimes(timezones=zones)
maybe = st.none() | moments
facts = st.builds(
    LifeFacts,
    status=st.sampled_from(["queued", "running", "completed", "Running", None]) | st.text(),
    outcome=st.sampled_from(["succeeded", "failed", None]) | st.text(),
    runner=st.sampled_from(["worker", "external", "Worker", None]),
    created_at=maybe,
    available_at=maybe,
    queue_position=st.none() | st.integers(1, 1002),
    has_room=st.none() | st.booleans(),
    worker_seen_at=maybe,
    heartbeat_at=maybe,
    lease_until=maybe,
)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def queued(age: float = 60, **columns: Any) -> LifeFacts:
    row: dict[str, Any] = {"created_at": ago(age), "runner": "worker"}
    there = {"worker_seen_at": ago(3), "queue_position": 4}
    return LifeFacts(status="queued", outcome=None, **{**row, **there, **columns})


def running(silence: float, **columns: Any) -> LifeFacts:
    row: dict[str, Any] = {"lease_until": ago(silence) + LEASE, "runner": "worker"}
    beat = {"heartbeat_at": ago(silence)}
    return LifeFacts(status="running", outcome=None, **{**row, **beat, **columns})


@pytest.mark.parametrize(
    ("age", "sign"),
    [(0, Sign.NONE), (9.999999, Sign.NONE), (10, Sign.WAITING), (86400, Sign.WAITING)],
)
def test_waiting_is_worth_a_word_from_ten_seconds_on(age: float, sign: Sign) -> None:
    assert liveness(queued(age), NOW).sign is sign


def test_who_waits_is_told_the_place_in_the_queue() -> None:
    assert liveness(queued(), NOW) == Liveness(Sign.WAITING, position=4)


def test_a_limit_keeps_a_run_back_from_an_idle_worker() -> None:
    held_back = queued(has_room=False)

    assert liveness(held_back, NOW) == Liveness(Sign.HELD_BACK)
    assert liveness(replace(held_back, created_at=ago(9)), NOW) == NOTHING
    assert liveness(replace(held_back, worker_seen_at=None), NOW).sign is Sign.NO_WORKER
    assert liveness(queued(has_room=True), NOW).sign is Sign.WAITING


def test_an_unknown_age_counts_as_waiting() -> None:
    assert liveness(queued(created_at=None), NOW).sign is Sign.WAITING


@pytest.mark.parametrize(
    ("seen", "sign"),
    [
        (None, Sign.NO_WORKER),
        (ago(30), Sign.NO_WORKER),
        (ago(29.999999), Sign.WAITING),
        (ago(-600), Sign.WAITING),
    ],
)
def test_thirty_seconds_without_any_worker_are_none(seen: datetime | None, sign: Sign) -> None:
    assert liveness(queued(worker_seen_at=seen), NOW).sign is sign


def test_that_no_worker_is_there_comes_before_everything_else_that_it_waits_for() -> None:
    just_queued, put_off = queued(0), queued(available_at=NOW + LEASE)

    for run in (just_queued, put_off):
        assert liveness(replace(run, worker_seen_at=ago(31)), NOW) == Liveness(
            Sign.NO_WORKER, ago(31)
        )


def test_a_run_of_a_program_outside_waits_for_no_worker_and_stands_in_no_queue() -> None:
    run = queued(runner="external", worker_seen_at=None)

    assert liveness(run, NOW) == Liveness(Sign.WAITING)


def test_what_is_put_off_says_until_when_and_then_waits_from_there() -> None:
    due = ago(-20)
    run = queued(age=600, available_at=due)

    signs = [
        liveness(replace(run, worker_seen_at=now), now)
        for now in (NOW, due, due + timedelta(seconds=10))
    ]

    assert signs == [Liveness(Sign.NOT_BEFORE, due), NOTHING, Liveness(Sign.WAITING, position=4)]


@pytest.mark.parametrize(
    ("silence", "sign"),
    [
        (0, Sign.BEATING),
        (15, Sign.BEATING),
        (15.000001, Sign.STALLED),
        (30, Sign.STALLED),
        (30.000001, Sign.RUN_OUT),
        (86400, Sign.RUN_OUT),
    ],
)
def test_half_a_lease_without_a_heartbeat_is_stalled_before_any_verdict(
    silence: float, sign: Sign
) -> None:
    assert liveness(running(silence), NOW) == Liveness(sign, ago(silence))


@pytest.mark.parametrize("runner", ["external", None])
def test_whoever_runs_it_is_judged_by_the_same_heartbeat(runner: str | None) -> None:
    assert liveness(running(20, runner=runner), NOW).sign is Sign.STALLED


def test_without_a_recorded_heartbeat_there_is_nothing_to_say() -> None:
    assert liveness(running(20, heartbeat_at=None), NOW) == NOTHING
    assert liveness(running(-3600), NOW) == NOTHING


def test_a_heartbeat_without_a_lease_is_shown_and_never_judged() -> None:
    assert liveness(running(86400, lease_until=None), NOW).sign is Sign.BEATING


def test_a_lease_that_ended_before_its_heartbeat_has_run_out() -> None:
    assert liveness(running(5, lease_until=ago(60)), NOW).sign is Sign.RUN_OUT


@pytest.mark.parametrize("status", ["completed", "Running", "", None])
def test_what_is_not_active_has_no_life_to_speak_of(status: str | None) -> None:
    run = replace(running(60), status=status, outcome="failed")

    assert liveness(run, NOW) == NOTHING


@given(facts, moments)
@example(running(0, heartbeat_at=FIRST, lease_until=LAST), LAST)
@example(running(0, heartbeat_at=LAST, lease_until=FIRST), FIRST)
@example(queued(created_at=LAST, available_at=FIRST, worker_seen_at=LAST), FIRST)
def test_every_input_has_a_sign_that_is_stable_and_can_be_compared(
    run: LifeFacts, now: datetime
) -> None:
    sign = liveness(run, now)

    assert {sign} == {liveness(run, now)}
    assert sign == NOTHING or run.status in {"queued", "running"}


@given(st.integers(0, 10**8), st.integers(0, 10**8), st.integers(2, 300))
def test_silence_only_ever_makes_it_worse(first: int, second: int, lease: int) -> None:
    order = [Sign.BEATING, Sign.STALLED, Sign.RUN_OUT]
    run = running(0, lease_until=NOW + timedelta(seconds=lease))

    earlier, later = (
        liveness(run, NOW + timedelta(milliseconds=wait)) for wait in sorted((first, second))
    )

    assert order.index(earlier.sign) <= order.index(later.sign)


@given(
    st.sampled_from([queued(3), queued(), queued(available_at=ago(-5)), running(3), running(20)]),
    st.integers(-(10**8), 10**8),
)
def test_shifting_all_times_alike_changes_no_sign(run: LifeFacts, seconds: int) -> None:
    by = timedelta(seconds=seconds)
    moved = {
        field.name: value + by
        for field in fields(run)
        if isinstance(value := getattr(run, field.name), datetime)
    }

    here, there = liveness(run, NOW), liveness(replace(run, **moved), NOW + by)

    assert (here.sign, here.position) == (there.sign, there.position)
    assert there.at == (None if here.at is None else here.at + by)


@pytest.mark.parametrize(
    "which",
    ["created_at", "available_at", "worker_seen_at", "heartbeat_at", "lease_until", "now"],
)
def test_a_naive_timestamp_is_refused(which: str) -> None:
    naive = NOW.replace(tzinfo=None)

    with pytest.raises(NaiveTimestampError, match=which):
        if which == "now":
            liveness(running(1), naive)
        else:
            liveness(replace(running(1), **{which: naive}), NOW)
