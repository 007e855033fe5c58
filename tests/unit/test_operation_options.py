"""From what a person fills in to what a handler gets, and back after a while."""

import json
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, field_validator

from services.operation_options import OptionsError, OptionsForm, stored_options
from stillwatch.operations import option


class Colour(Enum):
    RED = "red"


@dataclass
class Options:
    source: str = option(longest=10)
    count: int = option(5, least=1, most=9)
    ratio: float = 0.5
    mode: Literal["full", "quick"] = "quick"
    colour: Colour = Colour.RED
    day: date | None = None
    groups: list[str] = option([], longest=2)

    def __post_init__(self) -> None:
        if self.source == "moon":
            raise ValueError("The moon has no feed.")


FORM = OptionsForm(Options)


def refused(**given: Any) -> dict[str, str]:
    with pytest.raises(OptionsError) as refusal:
        FORM.accept({"source": "feed", **given})
    return refusal.value.messages


def test_what_is_accepted_is_whole_in_json_form_and_comes_back_typed() -> None:
    stored = FORM.accept({"source": "feed", "count": "7", "day": "2026-11-24", "groups": ["a"]})

    assert json.loads(json.dumps(stored)) == {
        "source": "feed",
        "count": 7,
        "ratio": 0.5,
        "mode": "quick",
        "colour": "red",
        "day": "2026-11-24",
        "groups": ["a"],
    }
    assert FORM.build(stored) == Options(
        "feed", 7, 0.5, "quick", Colour.RED, date(2026, 11, 24), ["a"]
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("source", None, "Please fill this in."),
        ("source", "x" * 11, "At most 10 characters."),
        ("source", "a\0b", "This contains characters that cannot be stored."),
        ("source", "\udcff", "This contains characters that cannot be stored."),
        ("count", "", "This must be a whole number."),
        ("count", "many", "This must be a whole number."),
        ("count", "7.5", "This must be a whole number."),
        ("count", "0", "At least 1."),
        ("count", "10", "At most 9."),
        ("count", "9" * 5000, "This number is too large."),
        ("ratio", "nan", "This must be a number."),
        ("ratio", "half", "This must be a number."),
        ("mode", "slow", "Choose one of 'full' or 'quick'."),
        ("colour", "green", "Choose one of 'red'."),
        ("day", "tomorrow", "This must be a date, as in 2026-11-24."),
        ("groups", ["a", "b", "c"], "At most 2 lines."),
        ("groups", [1], "This must be a text."),
    ],
)
def test_what_does_not_fit_is_said_in_words(name: str, value: Any, message: str) -> None:
    assert refused(**{name: value}) == {name: message}


def test_everything_that_does_not_fit_is_said_at_once() -> None:
    assert set(refused(source=None, count="x", mode=None)) == {"source", "count", "mode"}


def test_a_rule_of_the_operation_s_own_is_said_in_its_own_words() -> None:
    assert refused(source="moon") == {"": "The moon has no feed."}


def test_a_validator_s_words_stand_beside_its_field() -> None:
    class Model(BaseModel):
        count: int = 2

        @field_validator("count")
        @classmethod
        def even(cls, count: int) -> int:
            if count % 2:
                raise ValueError("Only even numbers.")
            return count

    with pytest.raises(OptionsError) as refusal:
        OptionsForm(Model).accept({"count": 3})

    assert refusal.value.messages == {"count": "Only even numbers."}


def test_an_option_that_does_not_exist_is_refused_and_named() -> None:
    assert "colors" in refused(colors="red")["colors"]


def test_options_are_not_unbounded() -> None:
    @dataclass
    class Wide:
        text: str = ""

    with pytest.raises(OptionsError, match="too long"):
        OptionsForm(Wide).accept({"text": "x" * 100_000})


@pytest.mark.parametrize("stored", [None, [], "text", 5])
def test_stored_nonsense_is_refused(stored: Any) -> None:
    with pytest.raises(OptionsError, match="cannot be read"):
        FORM.build(stored)


def test_a_refusal_names_the_option_by_its_label() -> None:
    with pytest.raises(OptionsError, match=r"Count: At most 9\."):
        FORM.build({"source": "feed", "count": 10})


def test_only_options_that_differ_from_their_default_make_a_difference() -> None:
    @dataclass
    class Declared:
        count: int = 5
        mode: str = "quick"

    form = OptionsForm(Declared)
    full = form.digest(form.accept({"mode": "full"}))

    assert form.digest(form.accept({})) == form.digest(form.accept({"count": 5})) == ""
    assert full == form.digest({"mode": "full", "count": 5}) != ""
    assert full != form.digest(form.accept({"mode": "full", "count": 6}))


@pytest.mark.parametrize(
    ("context", "options"), [(None, {}), ({}, {}), ([1], {}), ({"options": {"a": 1}}, {"a": 1})]
)
def test_any_context_holds_options_or_none(context: Any, options: Any) -> None:
    assert stored_options(context) == options
