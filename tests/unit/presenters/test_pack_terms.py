"""Sizes, periods and contents of a pack in words."""

from datetime import UTC, datetime

import pytest

from tests.unit.presenters.factories import LOCALE, OCTOBER
from ui.presenters.moment import day_range
from ui.presenters.pack_terms import period_of, sections_of, size


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (1_234_567, "1.2 MB"),
        (25_000_000_000, "25.0 GB"),
    ],
)
def test_a_size_has_at_most_four_digits(stored: int, text: str) -> None:
    assert size(stored, LOCALE) == text


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ((2026, 11, 24), (2026, 11, 24), "24 Nov 2026"),
        ((2026, 10, 1), (2026, 10, 31), "1 – 31 Oct 2026"),
        ((2026, 10, 27), (2026, 11, 25), "27 Oct – 25 Nov 2026"),
        ((2025, 12, 1), (2026, 2, 28), "1 Dec 2025 – 28 Feb 2026"),
    ],
)
def test_a_range_of_days_says_nothing_twice(
    first: tuple[int, int, int], last: tuple[int, int, int], text: str
) -> None:
    begin, end = datetime(*first, 12, tzinfo=UTC), datetime(*last, 12, tzinfo=UTC)

    assert day_range(begin, end, LOCALE) == text


def test_the_exact_ends_of_a_period_are_for_the_hover() -> None:
    period = period_of(OCTOBER, LOCALE)

    assert period is not None
    assert period["utc"] == "2026-09-30 22:00:00 UTC – 2026-10-31 23:00:00 UTC"


def test_contents_name_what_is_in_it() -> None:
    some = {**OCTOBER, "sections": ["access", "runs"]}
    details = {**OCTOBER, "include_failure_details": True}

    assert sections_of(OCTOBER, LOCALE) == "Everything, without failure details"
    assert sections_of(details, LOCALE) == "Everything, with failure details"
    assert sections_of(some, LOCALE) == "Runs, Access"
    assert sections_of("{", LOCALE) == ""
