"""How long a workspace keeps what is over, as it is said and typed."""

from zoneinfo import ZoneInfo

import pytest

from services.retention import Retention
from ui.presenters.locale import Locale
from ui.presenters.retention import read_days, retention_view

ENGLISH = Locale("en", ZoneInfo("UTC"))


def test_each_part_is_one_line() -> None:
    view = retention_view(Retention(1, None), ENGLISH)

    assert view["runs"] == "Finished runs: kept for 1 day"
    assert view["audit"] == "Audit trail: kept for ever"


def test_what_makes_no_sense_says_that_nothing_goes_by_it() -> None:
    view = retention_view(None, ENGLISH)

    assert "nothing is removed" in view["runs"]
    assert view["audit"] == ""


@pytest.mark.parametrize(
    ("typed", "days"), [("", None), (None, None), ("  ", None), ("90", 90), (" 7 ", 7), (30.0, 30)]
)
def test_a_field_is_days_or_for_ever(typed: object, days: int | None) -> None:
    assert read_days(typed, ENGLISH) == (days, "")


@pytest.mark.parametrize(
    "typed", ["0", "-1", "36501", "1e3", "ten", "٣", "9" * 10_000_000, "1\x00", [], True]
)
def test_anything_else_is_refused_beside_the_field(typed: object) -> None:
    assert read_days(typed, ENGLISH) == (None, "From 1 to 36500 days, or empty.")
