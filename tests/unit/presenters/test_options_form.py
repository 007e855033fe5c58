"""Options as they are typed, and as they are read on the run's page."""

from typing import Any

import pytest

from services.option_fields import OptionField, OptionKind
from tests.unit.presenters.factories import LOCALE, a_run
from ui.presenters.options_form import field_view, given_options, option_facts
from ui.presenters.run import run_context


def a_field(kind: OptionKind = OptionKind.TEXT, **told: Any) -> OptionField:
    return OptionField("x", "X", kind, **told)


REQUIRED: dict[str, Any] = {}
DEFAULTED: dict[str, Any] = {"is_required": False, "default": "y"}
OPTIONAL: dict[str, Any] = {"is_required": False, "is_nullable": True}


@pytest.mark.parametrize(
    ("kind", "told", "typed", "given"),
    [
        (OptionKind.TEXT, REQUIRED, " feed ", "feed"),
        (OptionKind.TEXT, REQUIRED, "  ", None),
        (OptionKind.TEXT, DEFAULTED, "", ""),
        (OptionKind.TEXT, OPTIONAL, "", None),
        (OptionKind.TEXT, OPTIONAL, None, None),
        (OptionKind.LONG_TEXT, REQUIRED, "a\r\n b\n", "a\n b\n"),
        (OptionKind.INTEGER, REQUIRED, " 7 ", "7"),
        (OptionKind.INTEGER, DEFAULTED, "", None),
        (OptionKind.NUMBER, OPTIONAL, "", None),
        (OptionKind.DATE, OPTIONAL, "", None),
        (OptionKind.DATE, REQUIRED, "2026-11-24", "2026-11-24"),
        (OptionKind.SWITCH, REQUIRED, True, True),
        (OptionKind.SWITCH, REQUIRED, None, False),
        (OptionKind.CHOICE, REQUIRED, 2, 2),
        (OptionKind.CHOICE, OPTIONAL, None, None),
        (OptionKind.LINES, DEFAULTED, "a\n\n b ", ["a", "b"]),
        (OptionKind.LINES, DEFAULTED, "\n", []),
        (OptionKind.LINES, REQUIRED, "", None),
        (OptionKind.LINES, OPTIONAL, "", None),
    ],
)
def test_what_is_typed_becomes_what_is_meant(
    kind: OptionKind, told: dict[str, Any], typed: Any, given: Any
) -> None:
    assert given_options([a_field(kind, **told)], {"x": typed}) == {"x": given}


@pytest.mark.parametrize(
    ("field", "hint"),
    [
        (a_field(), ""),
        (a_field(hint="how many."), "How many"),
        (a_field(OptionKind.INTEGER, least=1, most=9, hint="How many"), "How many · 1 to 9"),
        (a_field(OptionKind.NUMBER, least=0.5), "At least 0.5"),
        (a_field(OptionKind.NUMBER, most=1), "At most 1"),
        (a_field(OptionKind.LINES, longest=3), "One a line, up to 3"),
        (a_field(is_nullable=True), "Optional"),
    ],
)
def test_the_hint_says_what_fits(field: OptionField, hint: str) -> None:
    assert field_view(field, LOCALE)["hint"] == hint


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (a_field(default="never shown"), ""),
        (a_field(OptionKind.INTEGER, is_required=False, default=7), "7"),
        (a_field(OptionKind.SWITCH, is_required=False, default=True), True),
        (a_field(OptionKind.LINES, is_required=False, default=["a", "b"]), "a\nb"),
        (a_field(OptionKind.CHOICE, is_required=False, default=2, choices=(1, 2)), 2),
        (a_field(OptionKind.DATE, **OPTIONAL), ""),
    ],
)
def test_a_field_begins_with_its_default(field: OptionField, value: Any) -> None:
    assert field_view(field, LOCALE)["value"] == value


def test_stored_options_are_read_by_name_and_value() -> None:
    stored = {"batch_size": 5, "dry": True, "day": None, "groups": ["a", "b"], "odd": {"x": 1}}

    assert option_facts(stored, {"dry": "Rehearse"}, LOCALE) == [
        ("Batch size", "5"),
        ("Rehearse", "yes"),
        ("Day", "–"),
        ("Groups", "a\nb"),
        ("Odd", '{"x": 1}'),
    ]


def test_the_run_s_page_shows_options_first_and_then_the_rest() -> None:
    run = a_run(context={"source": "api", "options": {"count": 5}})

    assert run_context(run, LOCALE) == [("Count", "5"), ("source", "api")]


@pytest.mark.parametrize("stored", [None, [], "x", 5, {5: 6}])
def test_options_of_any_shape_can_be_shown(stored: Any) -> None:
    assert run_context(a_run(context={"options": stored}), LOCALE)
