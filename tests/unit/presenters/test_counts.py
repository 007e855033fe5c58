"""Progress out of any stored value."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.presenters.factories import LOCALE
from ui.presenters.counts import counts_view

_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20)
)
_ANY_JSON = st.recursive(
    _SCALARS,
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4)
    ),
    max_leaves=12,
)
_ANY_COUNTS = st.dictionaries(
    st.sampled_from(["total", "processed", "succeeded", "failed", "skipped"]), _ANY_JSON
)


@given(_ANY_JSON | _ANY_COUNTS)
def test_any_json_value_gives_a_fraction_within_bounds_or_none(stored: Any) -> None:
    view = counts_view(stored, LOCALE)

    assert view["fraction"] is None or 0 <= view["fraction"] <= 1
    assert view["percent"] is None or 0 <= view["percent"] <= 100
    assert (view["fraction"] is None) == (view["percent"] is None)
    assert view["label"]
    json.dumps(view, allow_nan=False)


def test_believable_counts_are_shown_as_they_are() -> None:
    stored = {"total": 2000, "processed": 500, "succeeded": 490, "failed": 8, "skipped": 2}

    view = counts_view(stored, LOCALE)

    assert view["fraction"] == 0.25
    assert view["label"] == "500 of 2,000 processed"
    assert [item["value"] for item in view["items"]] == ["490", "8", "2"]
    assert view["note"] == ""


def test_percent_is_whole_and_exact() -> None:
    assert counts_view({"total": 100, "processed": 29}, LOCALE)["short"] == "29 %"


def test_nearly_done_is_not_done() -> None:
    assert counts_view({"total": 1_200_000, "processed": 1_199_999}, LOCALE)["short"] == "99 %"


@pytest.mark.parametrize("stored", [None, {}])
def test_missing_counts_say_that_there_are_none_yet(stored: Any) -> None:
    assert counts_view(stored, LOCALE)["label"] == "No counts yet"


@pytest.mark.parametrize(
    "stored",
    [
        [1, 2],
        "12 of 20",
        7,
        {"total": 10, "processed": "many"},
        {"total": 10, "processed": -1},
        {"total": 10, "processed": float("nan")},
        {"total": 10, "processed": float("inf")},
        {"total": 10, "processed": True},
        {"total": 10, "processed": 10**30},
    ],
)
def test_unreadable_counts_say_so_and_draw_no_bar(stored: Any) -> None:
    view = counts_view(stored, LOCALE)

    assert view["fraction"] is None
    assert view["label"] == "The stored counts cannot be read"
    assert view["short"] == "unreadable"


def test_more_processed_than_there_was_draws_no_bar_and_says_why() -> None:
    view = counts_view({"total": 10, "processed": 25}, LOCALE)

    assert view["fraction"] is None
    assert view["label"] == "25 processed"
    assert view["note"] == "More was processed than the 10 there were to process."


def test_parts_that_add_up_to_more_than_was_processed_are_noted() -> None:
    view = counts_view({"total": 10, "processed": 5, "succeeded": 5, "failed": 5}, LOCALE)

    assert view["fraction"] == 0.5
    assert view["note"] == "The stored counts contradict each other."


def test_one_unreadable_count_is_noted_and_the_rest_still_shown() -> None:
    view = counts_view({"total": 10, "processed": 5, "failed": "two"}, LOCALE)

    assert view["fraction"] == 0.5
    assert view["note"] == "Some of the stored counts cannot be read."


def test_nothing_to_process_draws_no_bar() -> None:
    view = counts_view({"total": 0, "processed": 0}, LOCALE)

    assert view["fraction"] is None
    assert view["label"] == "0 processed"
