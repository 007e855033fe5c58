"""The fields in which a person gives an operation its options."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.validation_element import ValidationElement
from nicegui.elements.mixins.value_element import ValueElement

from services.option_fields import OptionField, OptionKind
from ui.presenters.locale import Locale
from ui.presenters.options_form import FieldView, field_view, given_options

_FIELD = "outlined dense hide-bottom-space stack-label"


class OptionFields:
    """One operation's options, built once; Enter in a field of one line calls `submit`."""

    def __init__(
        self, fields: Sequence[OptionField], submit: Callable[[], Any], locale: Locale
    ) -> None:
        self._fields = fields
        self._submit = submit
        self._locale = locale
        views = [field_view(field, locale) for field in fields]
        with ui.column().classes("form") as self.body:
            self._elements = {view["name"]: self._build(view) for view in views}
            self._message = ui.label().classes("form-error").props('role="alert"')
            self._message.set_visibility(False)

    def given(self) -> dict[str, Any]:
        """What is filled in now."""
        typed = {name: element.value for name, element in self._elements.items()}
        return given_options(self._fields, typed)

    def show(self, messages: Mapping[str, str]) -> None:
        """Put each message beside its field, and the cursor into the first of them."""
        beside = {
            name: element
            for name, element in self._elements.items()
            if isinstance(element, ValidationElement)
        }
        for name, element in beside.items():
            element.error = self._locale.told(messages.get(name, "")) or None
        self._message.text = " ".join(
            self._locale.told(text) for name, text in messages.items() if name not in beside
        )
        self._message.set_visibility(bool(self._message.text))
        focus_first([element for name, element in beside.items() if name in messages])

    def _build(self, view: FieldView) -> ValueElement[Any]:
        element = self._element(view)
        element.props["data-testid"] = f"option-{view['name']}"
        element.mark(f"option-{view['name']}")
        if isinstance(element, ui.switch):
            if view["hint"]:
                ui.label(view["hint"]).classes("switch-hint")
            return element
        element.props(_FIELD).classes("wide")
        if view["hint"]:
            element.props["hint"] = view["hint"]
        if view["longest"] is not None:
            element.props["maxlength"] = view["longest"]
        return element

    def _element(self, view: FieldView) -> ValueElement[Any]:
        label, value = view["label"], view["value"]
        match view["kind"]:
            case OptionKind.SWITCH:
                return ui.switch(label, value=value).props("dense")
            case OptionKind.CHOICE:
                choices = dict(view["choices"])
                return ui.select(choices, label=label, value=value, clearable=view["is_clearable"])
            case OptionKind.LONG_TEXT | OptionKind.LINES:
                return ui.textarea(label, value=value).props("autogrow")
        line = ui.input(label, value=value).props('autocomplete="off"')
        line.on("keydown.enter", self._submit)
        match view["kind"]:
            case OptionKind.DATE:
                line.props('type="date"')
            case OptionKind.INTEGER:
                line.props('inputmode="numeric"')
            case OptionKind.NUMBER:
                line.props('inputmode="decimal"')
        return line


def focus_first(elements: Sequence[ui.element]) -> None:
    """Put the cursor into the first of `elements`, if there is any."""
    for element in elements[:1]:
        element.run_method("focus")
