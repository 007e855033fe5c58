"""How far the making of a pack is; nonsense in the row is never nonsense on the screen."""

from typing import Any

import pytest

from tests.unit.presenters.factories import LOCALE
from ui.presenters.pack_making import making_view


def test_the_steps_before_are_done_and_the_ones_after_are_not() -> None:
    seen = making_view({"stage": "audit", "share": 0.42}, {"total": 48, "processed": 12}, LOCALE)

    assert [(step["percent"], step["is_current"]) for step in seen["steps"]] == [
        (100, False),
        (42, True),
        (0, False),
    ]
    assert seen["text"] == "Step 2 of 3: reading access and audit trail, 42 %"
    assert seen["percent"] == 47
    assert seen["counts"] == "12 of 48 processed"


@pytest.mark.parametrize(
    ("share", "percent"), [(0, 0), (0.0, 0), (0.999, 99), (1, 100), (1.0, 100)]
)
def test_a_stage_is_not_done_before_it_is(share: float, percent: int) -> None:
    assert (
        making_view({"stage": "runs", "share": share}, None, LOCALE)["steps"][0]["percent"]
        == percent
    )


@pytest.mark.parametrize(
    "share", [None, -0.1, 1.1, 12, "0.5", True, float("nan"), float("inf"), []]
)
def test_a_share_that_is_none_leaves_the_stage_alone(share: Any) -> None:
    seen = making_view({"stage": "report", "share": share}, None, LOCALE)

    assert seen["text"] == "Step 3 of 3: writing the report"
    assert seen["steps"][2] == {"name": "Writing the report", "percent": 0, "is_current": True}
    assert seen["percent"] == 66


@pytest.mark.parametrize(
    "summary",
    [None, {}, "", "[", [], 3, {"share": 0.5}, {"stage": "Runs"}, {"stage": {}}, {"stage": None}],
)
def test_a_stage_that_is_none_is_a_beginning(summary: Any) -> None:
    seen = making_view(summary, None, LOCALE)

    assert (seen["text"], seen["percent"]) == ("Starting", None)
    assert {step["percent"] for step in seen["steps"]} == {0}


@pytest.mark.parametrize(
    ("counts", "label"),
    [
        (None, ""),
        ({}, ""),
        ("12", "The stored counts cannot be read"),
        ({"total": 5, "processed": 12}, "12 processed"),
    ],
)
def test_counts_are_shown_as_far_as_they_make_sense(counts: Any, label: str) -> None:
    assert making_view({}, counts, LOCALE)["counts"] == label
