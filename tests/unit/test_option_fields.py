"""What becomes a field of the dialog, and what cannot."""

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, SecretStr, TypeAdapter, create_model

from services.operation_options import OptionsForm
from services.option_fields import OptionField, OptionKind, UnsupportedOptionsError, read_fields
from stillwatch.operations import option


class Colour(Enum):
    """Its docstring is not the option's."""

    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Nested:
    x: int = 1


def field_of(kind: Any, default: Any = dataclasses.MISSING) -> OptionField:
    declared = dataclasses.make_dataclass(
        "Declared", [("batch_size", kind, dataclasses.field(default=default))]
    )
    (field,) = read_fields(TypeAdapter(declared).json_schema())
    return field


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (str, OptionKind.TEXT),
        (UUID, OptionKind.TEXT),
        (int, OptionKind.INTEGER),
        (float, OptionKind.NUMBER),
        (bool, OptionKind.SWITCH),
        (date, OptionKind.DATE),
        (list[str], OptionKind.LINES),
        (Literal["a", "b"], OptionKind.CHOICE),
        (Literal["only"], OptionKind.CHOICE),
        (Colour, OptionKind.CHOICE),
        (Level, OptionKind.CHOICE),
    ],
)
def test_each_plain_type_has_its_field_and_may_be_optional(kind: Any, expected: OptionKind) -> None:
    plain, optional = field_of(kind), field_of(kind | None, None)

    assert (plain.kind, plain.is_required, plain.is_nullable) == (expected, True, False)
    assert (optional.kind, optional.is_required, optional.is_nullable) == (expected, False, True)
    assert plain.label == optional.label == "Batch size"
    assert plain.choices == optional.choices


@pytest.mark.parametrize(
    ("kind", "choices"),
    [
        (Literal["a", "b"], ("a", "b")),
        (Literal["only"], ("only",)),
        (Colour, ("red", "blue")),
        (Level, (1, 2)),
    ],
)
def test_a_choice_knows_what_there_is_to_choose_from(kind: Any, choices: tuple[Any, ...]) -> None:
    assert field_of(kind).choices == choices


@pytest.mark.parametrize(
    "kind",
    [
        dict[str, int],
        list[int],
        list[date],
        Nested,
        datetime,
        bytes,
        SecretStr,
        Decimal,
        int | str,
        Any,
        tuple[int, int],
    ],
)
def test_what_has_no_field_is_refused_by_its_name(kind: Any) -> None:
    with pytest.raises(UnsupportedOptionsError, match="batch_size"):
        field_of(kind)


def test_an_option_tells_its_bounds_its_title_and_its_hint() -> None:
    @dataclass
    class Declared:
        count: int = option(5, least=1, most=9, hint="How many", title="Copies")
        note: str | None = option(None, is_multiline=True, longest=400)
        groups: list[str] = option(["staff"], longest=3)

    count, note, groups = OptionsForm(Declared).fields()

    assert count == OptionField(
        "count", "Copies", OptionKind.INTEGER, False, False, 5, "How many", 1, 9
    )
    assert (note.kind, note.longest, note.is_nullable) == (OptionKind.LONG_TEXT, 400, True)
    assert (groups.kind, groups.longest, groups.default) == (OptionKind.LINES, 3, ["staff"])


def test_a_model_tells_the_same() -> None:
    class Declared(BaseModel):
        count: Annotated[int, Field(ge=1, le=9, description="How many", title="Copies")] = 5
        colour: Colour = Colour.BLUE
        groups: list[str] = Field(default_factory=lambda: ["staff"])

    count, colour, groups = OptionsForm(Declared).fields()

    assert (count.label, count.least, count.most, count.hint) == ("Copies", 1, 9, "How many")
    assert (colour.default, colour.hint, colour.label) == ("blue", "", "Colour")
    assert groups.default == ["staff"]


def test_a_default_of_today_is_that_of_today() -> None:
    days = iter([date(2026, 11, 1), date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)])

    @dataclass
    class Declared:
        day: date = dataclasses.field(default_factory=lambda: next(days))

    form = OptionsForm(Declared)

    assert len({form.fields()[0].default, form.fields()[0].default}) == 2


@pytest.mark.parametrize(
    "declared", [int, dict, "text", Nested(), create_model("Open", __config__={"extra": "allow"})]
)
def test_only_a_dataclass_or_a_closed_model_can_be_a_form(declared: Any) -> None:
    with pytest.raises(UnsupportedOptionsError):
        OptionsForm(declared)
