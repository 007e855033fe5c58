"""An address as a filter of runs, and back: what is wrong with it is a flaw, never an error."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.run_filters import (
    OUTCOMES,
    SPANS,
    STATUSES,
    Problem,
    RunFilter,
    filter_parameters,
    for_every_zone,
    read_run_filter,
    settled,
)

BERLIN = ZoneInfo("Europe/Berlin")
LINES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40)
TIMES = st.integers(946_684_800, 4_102_444_800).map(lambda s: datetime.fromtimestamp(s, UTC))


def problems(*parameters: tuple[str, str]) -> list[tuple[str, Problem]]:
    return [(flaw.parameter, flaw.problem) for flaw in read_run_filter(parameters, BERLIN).flaws]


def filters() -> st.SearchStrategy[RunFilter]:
    steady = [*STATUSES, *OUTCOMES]
    return st.builds(
        RunFilter,
        statuses=st.sets(st.sampled_from(steady)).map(
            lambda chosen: read_run_filter([("status", s) for s in chosen], BERLIN).wanted.statuses
        ),
        types=st.lists(LINES, unique=True, max_size=5).map(tuple),
        tenant_slug=st.none() | LINES,
        initiator_id=st.none() | st.integers(0, 2**63 - 1),
        created_from=st.none() | TIMES.filter(lambda t: t.year < 2050),
        created_before=st.none() | TIMES.filter(lambda t: t.year >= 2050),
        text=st.just("") | LINES,
        last=st.sampled_from(["", *SPANS]),
        is_oldest_first=st.booleans(),
    )


@given(filters())
def test_a_filter_survives_its_address(wanted: RunFilter) -> None:
    read = read_run_filter(filter_parameters(wanted), BERLIN)

    assert (read.wanted, read.flaws) == (wanted, ())


@given(st.lists(st.tuples(st.text() | st.sampled_from(["status", "from", "by", "q"]), st.text())))
def test_no_address_is_an_error(parameters: list[tuple[str, str]]) -> None:
    read = read_run_filter(parameters, BERLIN)

    assert hash(read.wanted) is not None
    assert len(read.flaws) <= 20


def test_empty_fields_ask_for_nothing() -> None:
    read = read_run_filter([("status", ""), ("q", "  "), ("from", "")], BERLIN)

    assert read.wanted.is_empty
    assert read.flaws == ()


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("status", "Failed", Problem.UNKNOWN_VALUE),
        ("outcome", "splendid", Problem.UNKNOWN_VALUE),
        ("by", "-1", Problem.UNKNOWN_VALUE),
        ("by", "9" * 30, Problem.UNKNOWN_VALUE),
        ("by", "٣", Problem.UNKNOWN_VALUE),
        ("last", "1y", Problem.UNKNOWN_VALUE),
        ("sort", "random", Problem.UNKNOWN_VALUE),
        ("from", "yesterday", Problem.NOT_A_TIME),
        ("until", "0001-01-01T00:00+14:00", Problem.NOT_A_TIME),
        # In a zone to the west, or to the east, it would be of no year at all.
        ("from", "0001-01-01T00:00+00:00", Problem.NOT_A_TIME),
        ("until", "9999-12-31T23:59+00:00", Problem.NOT_A_TIME),
        ("q", "a\x00b", Problem.UNPRINTABLE),
        ("tenant", "x" * 10_000_000, Problem.TOO_LONG),
    ],
)
def test_a_value_that_means_nothing_is_named_and_left_out(
    name: str, value: str, problem: Problem
) -> None:
    read = read_run_filter([(name, value), ("type", "directory.sync")], BERLIN)

    assert [(flaw.parameter, flaw.problem) for flaw in read.flaws] == [(name, problem)]
    assert len(read.flaws[0].value) <= 60
    assert read.wanted == RunFilter(types=("directory.sync",))


def test_a_filter_that_does_not_exist_is_named_but_those_of_others_are_not() -> None:
    read = read_run_filter([("stauts", "failed"), ("older", "x")], BERLIN, others=("older",))

    assert [(flaw.problem, flaw.value) for flaw in read.flaws] == [
        (Problem.UNKNOWN_FILTER, "stauts")
    ]


def test_a_period_that_ends_before_it_starts_is_no_period() -> None:
    read = read_run_filter([("from", "2026-02-01"), ("until", "2026-01-01")], BERLIN)

    assert read.flaws[0].problem is Problem.ENDS_BEFORE_IT_STARTS
    assert not read.wanted.has_period


def test_times_without_an_offset_are_the_readers_own() -> None:
    read = read_run_filter([("from", "2026-07-01T00:00"), ("until", "2026-08-01T00:00Z")], BERLIN)

    assert read.wanted.created_from == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert read.wanted.created_before == datetime(2026, 8, 1, tzinfo=UTC)


def test_an_address_that_is_passed_on_means_the_same_period_in_every_zone() -> None:
    asked = [("from", "2026-07-01T00:00"), ("until", "2026-08-01"), ("from", "x"), ("older", "7")]

    passed_on = for_every_zone(asked, BERLIN)

    assert passed_on == [
        ("from", "2026-06-30T22:00:00Z"),
        ("until", "2026-07-31T22:00:00Z"),
        ("from", "x"),
        ("older", "7"),
    ]
    assert for_every_zone(passed_on, ZoneInfo("Asia/Tokyo")) == passed_on


def test_too_many_values_are_cut() -> None:
    read = read_run_filter([("type", f"t{n}") for n in range(30)], BERLIN)

    assert len(read.wanted.types) == 20
    assert problems(*[("type", f"t{n}") for n in range(30)]) == [("type", Problem.TOO_MANY)]


def test_completed_is_every_outcome_and_stored_words_are_understood() -> None:
    completed = read_run_filter([("status", "completed")], BERLIN).wanted
    partial = read_run_filter([("outcome", "partially_succeeded")], BERLIN).wanted

    assert set(completed.statuses) == set(OUTCOMES)
    assert partial.statuses == ("partial",)


def test_the_last_hours_are_counted_from_the_read_and_meet_a_period() -> None:
    now = datetime(2026, 7, 2, tzinfo=UTC)

    day = settled(RunFilter(last="24h"), now)
    within = settled(RunFilter(last="7d", created_from=datetime(2026, 7, 1, 12, tzinfo=UTC)), now)

    assert day == RunFilter(created_from=datetime(2026, 7, 1, tzinfo=UTC))
    assert within.created_from == datetime(2026, 7, 1, 12, tzinfo=UTC)
