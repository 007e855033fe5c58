"""Failure groups out of any stored value."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.presenters.factories import LOCALE
from ui.presenters.failures import failures_view

_ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=10,
)
_ANY_GROUP = st.dictionaries(st.sampled_from(["code", "message", "count", "sample"]), _ANY_JSON)


@given(_ANY_JSON | st.lists(_ANY_GROUP))
def test_any_json_value_gives_groups_of_plain_text(stored: Any) -> None:
    view = failures_view(stored, LOCALE)

    assert len(view["groups"]) <= 50
    assert all(isinstance(text, str) for group in view["groups"] for text in group.values())
    json.dumps(view).encode()


def test_a_group_reads_as_it_was_stored() -> None:
    stored = [{"code": "timeout", "message": "No answer.", "count": 1204, "sample": "host 7"}]

    view = failures_view(stored, LOCALE)

    assert view["groups"] == [
        {"code": "timeout", "message": "No answer.", "count": "× 1,204", "sample": "host 7"}
    ]
    assert view["note"] == ""


@pytest.mark.parametrize("stored", [None, []])
def test_no_failures_show_nothing(stored: Any) -> None:
    assert failures_view(stored, LOCALE) == {"groups": [], "note": ""}


def test_the_fifty_first_group_and_all_after_it_are_only_counted() -> None:
    view = failures_view([{"code": str(n)} for n in range(93)], LOCALE)

    assert [group["code"] for group in view["groups"]] == [str(n) for n in range(50)]
    assert view["note"] == "and 43 more"


def test_a_huge_text_is_cut() -> None:
    view = failures_view(
        [{"code": "c" * 10_000, "message": "m" * 10_000, "sample": "s" * 10_000}], LOCALE
    )

    group = view["groups"][0]
    assert len(group["code"]) == 80
    assert len(group["message"]) == 300
    assert len(group["sample"]) == 600
    assert group["sample"].endswith("…")


@pytest.mark.parametrize("count", [None, 0, 1, -3, "many", float("nan"), True, 10**30])
def test_a_count_that_says_nothing_is_left_out(count: Any) -> None:
    assert failures_view([{"code": "x", "count": count}], LOCALE)["groups"][0]["count"] == ""


def test_a_group_without_a_message_says_so() -> None:
    group = failures_view([{}], LOCALE)["groups"][0]

    assert (group["code"], group["message"]) == ("unknown", "No message was stored.")


def test_an_entry_that_is_no_group_is_shown_as_it_is() -> None:
    assert failures_view(["boom"], LOCALE)["groups"][0]["message"] == "boom"


def test_what_is_no_list_is_noted() -> None:
    assert failures_view("oops", LOCALE)["note"] == "The stored failures cannot be read: oops"


def test_characters_that_would_break_the_page_or_its_transport_become_spaces() -> None:
    message = failures_view([{"message": "a\ud800b\u202ec\x00d"}], LOCALE)["groups"][0]["message"]

    assert message == "a b c d"
