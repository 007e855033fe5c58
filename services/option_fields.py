"""The fields of a form, read from the JSON schema of an operation's options."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_REF = "#/$defs/"
# Formats whose JSON form a person can type; a secret would be stored and shown, so it is none.
_TYPED_FORMATS = frozenset({"uri", "email", "uuid"})


class OptionKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    DATE = "date"
    LINES = "lines"  # a list of texts, one a line


class UnsupportedOptionsError(Exception):
    """No form can be made of these options; the message says of which one, and why."""


@dataclass(frozen=True, slots=True)
class OptionField:
    """One option as a person fills it in.

    `default` is in JSON form, and meaningless where the option is required. `longest` counts
    characters, of lines it counts lines.
    """

    name: str
    label: str
    kind: OptionKind
    is_required: bool = True
    is_nullable: bool = False
    default: Any = None
    hint: str = ""
    least: float | None = None
    most: float | None = None
    longest: int | None = None
    choices: tuple[Any, ...] = ()


def read_fields(schema: Mapping[str, Any]) -> tuple[OptionField, ...]:
    """The fields of an object's schema, in its order. Raises `UnsupportedOptionsError`."""
    whole = _resolved(schema, schema)
    if whole.get("type") != "object":
        raise UnsupportedOptionsError("the options are no dataclass and no model with fields")
    if whole.get("additionalProperties") not in (None, False):
        raise UnsupportedOptionsError("the options take fields of any name")
    required = frozenset(whole.get("required", ()))
    return tuple(
        _field(name, _resolved(part, schema), schema, name in required)
        for name, part in whole.get("properties", {}).items()
    )


def label_of(name: str, title: str | None = None) -> str:
    """`batch_size` as `Batch size`, unless it has a title of its own."""
    is_own = title is not None and title != name.title().replace("_", " ")
    words = " ".join(name.split("_")).strip()
    return title if title and is_own else f"{words[:1].upper()}{words[1:]}"


def _field(
    name: str, outer: Mapping[str, Any], schema: Mapping[str, Any], is_required: bool
) -> OptionField:
    inner, is_nullable = _without_null(name, outer, schema)
    both = {**inner, **outer}
    kind = _kind(name, inner, is_long=both.get("multiline") is True)
    return OptionField(
        name=name,
        label=label_of(name, outer.get("title")),
        kind=kind,
        is_required=is_required,
        is_nullable=is_nullable,
        default=outer.get("default"),
        hint=str(outer.get("description") or ""),
        least=both.get("minimum"),
        most=both.get("maximum"),
        longest=both.get("maxItems" if kind is OptionKind.LINES else "maxLength"),
        choices=tuple(_choices(inner)),
    )


def _kind(name: str, part: Mapping[str, Any], *, is_long: bool) -> OptionKind:
    if "enum" in part or "const" in part:
        return OptionKind.CHOICE
    match part.get("type"), part.get("format"):
        case "boolean", None:
            return OptionKind.SWITCH
        case "integer", None:
            return OptionKind.INTEGER
        case "number", None:
            return OptionKind.NUMBER
        case "string", "date":
            return OptionKind.DATE
        case "string", form if form is None or form in _TYPED_FORMATS:
            return OptionKind.LONG_TEXT if is_long else OptionKind.TEXT
        case "array", None if _is_plain_text(part.get("items")):
            return OptionKind.LINES
    what = part.get("format") or part.get("type") or "this kind of value"
    raise UnsupportedOptionsError(f"option {name!r}: {what} has no field in a form")


def _is_plain_text(items: Any) -> bool:
    return isinstance(items, Mapping) and items.get("type") == "string" and "format" not in items


def _without_null(
    name: str, part: Mapping[str, Any], schema: Mapping[str, Any]
) -> tuple[Mapping[str, Any], bool]:
    if "anyOf" not in part:
        return part, False
    kinds = [_resolved(one, schema) for one in part["anyOf"]]
    known = [one for one in kinds if one.get("type") != "null"]
    if len(known) != 1:
        raise UnsupportedOptionsError(f"option {name!r}: a choice of types has no field in a form")
    return known[0], len(known) < len(kinds)


def _resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = part.get("$ref")
    if reference is None:
        return part
    target = schema.get("$defs", {}).get(str(reference).removeprefix(_REF), {})
    # The title of what is referred to names a type, not this option.
    return {**{k: v for k, v in target.items() if k not in ("title", "description")}, **part}


def _choices(part: Mapping[str, Any]) -> Iterator[Any]:
    if "const" in part:
        yield part["const"]
    yield from part.get("enum", ())
