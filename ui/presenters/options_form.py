"""Options as they are typed and as they are read: everything here is text, a switch or a choice."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from services.option_fields import OptionField, OptionKind, label_of
from ui.presenters.locale import Locale
from ui.presenters.words import clipped, readable

_MOST_SHOWN = 40


class FieldView(TypedDict):
    """One field: `value` is what it begins with; `choices` are pairs of a value and its words."""

    name: str
    label: str
    kind: OptionKind
    value: Any
    hint: str
    longest: int | None
    choices: list[tuple[Any, str]]
    is_clearable: bool


def field_view(field: OptionField, locale: Locale) -> FieldView:
    """The field as the dialog shows it, filled with its default."""
    is_typed = field.kind in (OptionKind.TEXT, OptionKind.LONG_TEXT)
    return {
        "name": field.name,
        "label": locale.told(field.label),
        "kind": field.kind,
        "value": _begin(field),
        "hint": _hint(field, locale),
        "longest": field.longest if is_typed else None,
        "choices": [(value, _word(value, locale)) for value in field.choices],
        "is_clearable": field.is_nullable,
    }


def given_options(fields: Sequence[OptionField], typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was filled in, as options to be validated; what is left empty is None."""
    return {field.name: _given(field, typed.get(field.name)) for field in fields}


def option_facts(
    options: Mapping[Any, Any], labels: Mapping[str, str], locale: Locale
) -> list[tuple[str, str]]:
    """A run's stored options as names and readable values."""
    facts = [
        (
            clipped(locale.told(labels.get(str(name)) or label_of(str(name))), 80),
            _read(value, locale),
        )
        for name, value in list(options.items())[:_MOST_SHOWN]
    ]
    more = len(options) - _MOST_SHOWN
    if more <= 0:
        return facts
    return [*facts, ("…", locale.say("and {count} more", count=locale.number(more)))]


def _begin(field: OptionField) -> Any:
    default = None if field.is_required else field.default
    match field.kind:
        case OptionKind.SWITCH:
            return default is True
        case OptionKind.CHOICE:
            return default
        case OptionKind.LINES:
            return "\n".join(map(str, default or ()))
    return "" if default is None else str(default)


def _hint(field: OptionField, locale: Locale) -> str:
    parts = [locale.told(field.hint.strip()).rstrip(".")]
    if field.kind is OptionKind.LINES and field.longest is None:
        parts.append(locale.say("one a line"))
    elif field.kind is OptionKind.LINES:
        parts.append(locale.say("one a line, up to {count}", count=field.longest))
    parts.append(_bounds(field.least, field.most, locale))
    if field.is_nullable and field.kind is not OptionKind.SWITCH:
        parts.append(locale.say("optional"))
    text = " · ".join(filter(None, parts))
    return f"{text[:1].upper()}{text[1:]}"


def _bounds(least: float | None, most: float | None, locale: Locale) -> str:
    if least is not None and most is not None:
        return locale.say("{least} to {most}", least=f"{least:g}", most=f"{most:g}")
    if least is not None:
        return locale.say("at least {least}", least=f"{least:g}")
    return "" if most is None else locale.say("at most {most}", most=f"{most:g}")


def _given(field: OptionField, typed: Any) -> Any:
    if field.kind is OptionKind.SWITCH:
        return bool(typed)
    if field.kind is OptionKind.CHOICE or typed is None:
        return typed
    text = str(typed).replace("\r\n", "\n")
    if field.kind is OptionKind.LINES:
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return lines or (None if field.is_required or field.is_nullable else [])
    text = text if field.kind is OptionKind.LONG_TEXT else text.strip()
    if text.strip():
        return text
    is_text = field.kind in (OptionKind.TEXT, OptionKind.LONG_TEXT)
    return "" if is_text and not field.is_required and not field.is_nullable else None


def _word(value: Any, locale: Locale) -> str:
    if isinstance(value, bool):
        return _read(value, locale)
    return clipped(locale.told(str(value)), 80)


def _read(value: Any, locale: Locale) -> str:
    if isinstance(value, bool):
        return locale.say("yes") if value else locale.say("no")
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return readable("\n".join(value))
    return readable(value)
