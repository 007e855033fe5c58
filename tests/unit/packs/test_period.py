from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packs.order import PackOptions, PackOptionsError, Section, parse_options
from services.packs.period import Width, buckets, width_of
from services.packs.report import words

DAY = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "width"),
    [(1, Width.DAY), (62, Width.DAY), (63, Width.WEEK), (434, Width.WEEK), (435, Width.MONTH)],
)
def test_a_longer_period_gets_wider_buckets(days: int, width: Width) -> None:
    assert width_of(DAY, DAY + timedelta(days=days)) is width


@given(
    st.timedeltas(timedelta(0), timedelta(days=10_000)).map(lambda ahead: DAY + ahead),
    st.timedeltas(timedelta(microseconds=1), timedelta(days=3660)),
)
def test_the_buckets_cover_the_period_without_gap_or_overlap(
    begin: datetime, length: timedelta
) -> None:
    end = begin + length

    found = list(buckets(begin, end))

    assert found[0].first <= begin.date() < found[0].end
    assert found[-1].first <= (end - timedelta(microseconds=1)).date() < found[-1].end
    assert all(a.end == b.first for a, b in pairwise(found))
    assert len(found) <= 125


def test_the_end_of_a_period_is_not_part_of_it() -> None:
    assert [bucket.first for bucket in buckets(DAY, DAY + timedelta(days=2))] == [
        date(2026, 11, 25),
        date(2026, 11, 26),
    ]


def test_options_survive_being_stored() -> None:
    options = PackOptions(DAY, DAY + timedelta(days=30), frozenset({Section.RUNS}), True)

    assert parse_options(options.as_json()) == options


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "text",
        {},
        {"from": "2026-01-01", "to": "2026-02-01"},
        {"from": "2026-02-01T00:00:00+00:00", "to": "2026-01-01T00:00:00+00:00"},
        {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "sections": ["money"]},
        {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "sections": [[]]},
        {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "sections": []},
        {"from": "1026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"},
    ],
)
def test_options_that_make_no_sense_are_refused_in_words(stored: object) -> None:
    with pytest.raises(PackOptionsError):
        parse_options(stored)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0.04, "40 ms"), (59.94, "59.9 s"), (65, "1 min 05 s"), (7800, "2 h 10 min")],
)
def test_durations_read_in_their_two_largest_units(seconds: float | None, text: str) -> None:
    assert words.span(seconds) == text


def test_a_rate_is_never_rounded_up_to_whole() -> None:
    assert words.percent(0.99999) == "99.9 %"
    assert words.percent(1) == "100.0 %"
    assert words.percent(None) == "–"
