"""Numbers, shares and lengths of time as a person reads them."""

import pytest

from tests.unit.presenters.factories import BERLIN
from ui.presenters.locale import Locale
from ui.presenters.quantity import at_most, number, share, span

ENGLISH = Locale("en", BERLIN)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.1 s"),
        (0.04, "0.1 s"),
        (0.44, "0.4 s"),
        (7, "7 s"),
        (9.96, "10 s"),
        (40.4, "40 s"),
        (59.4, "59 s"),
        (59.7, "1 min"),
        (60, "1 min"),
        (150, "2 min 30 s"),
        (3600, "1 h"),
        (4800, "1 h 20 min"),
        (4799.9, "1 h 20 min"),
        (86_400, "1 d"),
        (10**8, "1,157 d 9 h"),
    ],
)
def test_a_span_has_at_most_two_units(seconds: float, text: str) -> None:
    assert span(seconds, ENGLISH) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [(0, "0 %"), (1, "under 1 %"), (10, "1 %"), (999, "99 %"), (1000, "100 %")],
)
def test_a_share_never_rounds_to_none_or_to_all(part: int, text: str) -> None:
    assert share(part, 1000, ENGLISH) == text


def test_every_whole_percentage_is_itself() -> None:
    for percent in range(1, 101):
        assert share(percent, 100, ENGLISH) == f"{percent} %"


def test_numbers_are_grouped_and_end_where_counting_does() -> None:
    assert number(1_234_567, ENGLISH) == "1,234,567"
    assert at_most(9_999, 10_000, ENGLISH) == "9,999"
    assert at_most(10_000, 10_000, ENGLISH) == "10,000+"
    assert share(0, 0, ENGLISH) == "0 %"
