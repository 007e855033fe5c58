"""The typed options of an operation: from its declaration to a form, and from a form to a run."""

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, to_jsonable_python

from policy.wording import Said, said
from services.option_fields import OptionField, UnsupportedOptionsError, read_fields

CONTEXT_KEY = "options"

_LONGEST_JSON = 64_000
_LONGEST_MESSAGE = 200
_LONGEST_NAME = 80


class OptionsError(Exception):
    """Options do not fit: `messages` says why, by the option's name; "" is about all of them."""

    def __init__(self, messages: Mapping[str, str], labels: Mapping[str, str]) -> None:
        told = (
            f"{labels[name]}: {text}" if name in labels else text for name, text in messages.items()
        )
        super().__init__(" ".join(told))
        self.messages = dict(messages)


class OptionsForm:
    """One operation's options. Raises `UnsupportedOptionsError` when they fit no form."""

    def __init__(self, declared: type[Any]) -> None:
        self._adapter: TypeAdapter[Any] = _adapter(declared)
        self._fields = read_fields(self._adapter.json_schema())
        self._factories = _factories(declared)
        self.labels = {field.name: field.label for field in self._fields}
        self.fields()  # a default that has no JSON form is found out here

    def fields(self) -> tuple[OptionField, ...]:
        """What is to be filled in; defaults such as today's date are those of now."""
        return tuple(
            dataclasses.replace(field, default=to_jsonable_python(self._factories[field.name]()))
            if field.name in self._factories
            else field
            for field in self._fields
        )

    def accept(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The options to be stored, all of them and in JSON form. Raises `OptionsError`."""
        accepted: dict[str, Any] = self._adapter.dump_python(
            self._validated(given), mode="json", by_alias=True
        )
        self._require_storable(accepted)
        return accepted

    def build(self, stored: Any) -> Any:
        """What the handler gets for stored options. Raises `OptionsError`."""
        if not isinstance(stored, Mapping):
            raise OptionsError({"": said("The stored options cannot be read.")}, self.labels)
        return self._validated(stored)

    def digest(self, stored: Mapping[str, Any]) -> str:
        """The same for the same options; empty when all of them are as they are by default."""
        defaults = {field.name: field.default for field in self.fields() if not field.is_required}
        return digest_of(
            {
                name: value
                for name, value in stored.items()
                if name not in defaults or defaults[name] != value
            }
        )

    def _validated(self, given: Mapping[str, Any]) -> Any:
        unknown = [str(name) for name in given if name not in self.labels]
        try:
            if not unknown:
                return self._adapter.validate_python(dict(given))
        except ValidationError as error:
            raise OptionsError(_messages(error, self.labels), self.labels) from error
        raise OptionsError({name: _unknown(name) for name in unknown}, self.labels)

    def _require_storable(self, options: Mapping[str, Any]) -> None:
        wrong = {name: text for name, value in options.items() if (text := _flaw(value))}
        if not wrong and len(json.dumps(options)) > _LONGEST_JSON:
            wrong = {"": said("These options are too long to be stored.")}
        if wrong:
            raise OptionsError(wrong, self.labels)


def digest_of(options: Mapping[str, Any]) -> str:
    """The same for equal options, in whatever order; empty for none."""
    if not options:
        return ""
    text = json.dumps(options, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def stored_options(context: Any) -> Any:
    """What a run's context holds as its options; none are an empty object."""
    return context.get(CONTEXT_KEY, {}) if isinstance(context, Mapping) else {}


def _adapter(declared: type[Any]) -> TypeAdapter[Any]:
    is_class = isinstance(declared, type)
    if not is_class or not (dataclasses.is_dataclass(declared) or issubclass(declared, BaseModel)):
        raise UnsupportedOptionsError("the options are no dataclass and no model")
    try:
        return TypeAdapter(declared)
    except Exception as error:
        raise UnsupportedOptionsError(f"the options cannot be read: {error}") from error


def _factories(declared: type[Any]) -> dict[str, Any]:
    """What makes the default of each option that the schema gives none for."""
    if issubclass(declared, BaseModel):
        return {
            field.alias or name: field.default_factory
            for name, field in declared.model_fields.items()
            if field.default_factory is not None
        }
    return {
        field.name: field.default_factory
        for field in dataclasses.fields(declared)
        if field.default_factory is not dataclasses.MISSING
    }


def _messages(error: ValidationError, labels: Mapping[str, str]) -> dict[str, str]:
    messages: dict[str, str] = {}
    for detail in error.errors(include_url=False):
        name = str(detail["loc"][0]) if detail["loc"] else ""
        messages.setdefault(name if name in labels else "", _message(detail))
    return messages


def _unknown(name: str) -> str:
    shown = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    return said("{name}: There is no such option.", name=shown)


def _message(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "missing" or detail["input"] is None:
        return said("Please fill this in.")
    if detail["type"] in ("value_error", "assertion_error"):
        return str(context.get("error", detail["msg"]))[:_LONGEST_MESSAGE]
    if detail["type"].startswith("date_"):
        return said("This must be a date, as in 2026-11-24.")
    words = _WORDS.get(detail["type"])
    if words is None:
        return detail["msg"].replace("Input should", "This should", 1)[:_LONGEST_MESSAGE] + "."
    return Said(words, context)


_WORDS = {
    "int_parsing": said("This must be a whole number."),
    "int_type": said("This must be a whole number."),
    "int_from_float": said("This must be a whole number."),
    "int_parsing_size": said("This number is too large."),
    "float_parsing": said("This must be a number."),
    "float_type": said("This must be a number."),
    "finite_number": said("This must be a number."),
    "string_type": said("This must be a text."),
    "string_unicode": said("This contains characters that cannot be stored."),
    "greater_than_equal": said("At least {ge}."),
    "greater_than": said("More than {gt}."),
    "less_than_equal": said("At most {le}."),
    "less_than": said("Less than {lt}."),
    "string_too_long": said("At most {max_length} characters."),
    "string_too_short": said("At least {min_length} characters."),
    "string_pattern_mismatch": said("This does not have the expected form: {pattern}"),
    "too_long": said("At most {max_length} lines."),
    "too_short": said("At least {min_length} lines."),
    "literal_error": said("Choose one of {expected}."),
    "enum": said("Choose one of {expected}."),
}


def _flaw(value: Any) -> str:
    """Why no database would store `value`; empty when one does."""
    if isinstance(value, list):
        return next((flaw for one in value if (flaw := _flaw(one))), "")
    if isinstance(value, float) and not math.isfinite(value):
        return said("This must be a number.")
    if isinstance(value, str) and "\0" in value:
        return said("This contains characters that cannot be stored.")
    return ""
