"""What a browser says happened to an element, looked at before any listener hears it.

The framework hands on whatever the message holds; its fields look a choice up by it, unlooked-at
(read in its 3.18). A browser that keeps to the page never says what is refused here.
"""

from collections.abc import Mapping
from typing import Any

from nicegui import Client, json, ui
from nicegui.elements.mixins.value_element import ValueElement

# The framework's listeners for pages within pages: we have none.
_NOT_OURS = frozenset({"sub_pages_open", "sub_pages_navigate"})


def is_sayable(client: Client, message: Mapping[str, Any]) -> bool:
    """Whether the page could have sent this: of an element, to a listener of it, a value for it."""
    number, listener_id = message.get("id"), message.get("listener_id")
    if type(number) is not int or not isinstance(listener_id, str):
        return False
    element = client.elements.get(number)
    if element is None:
        return True  # it has just been removed: the framework takes no notice
    listener = element._event_listeners.get(listener_id)
    if listener is None or listener.type in _NOT_OURS:
        return False
    arguments = _arguments(message.get("args", []))
    if arguments is None:
        return False
    if isinstance(element, ValueElement) and listener.type.startswith("update:"):
        return len(arguments) == 1 and _is_value_of(element, arguments[0])
    return True


def _arguments(sent: Any) -> list[Any] | None:
    """What the arguments are once read; None where the framework would stumble over them."""
    if not isinstance(sent, list):
        return None
    try:
        # By the framework's own reader, which is the stricter one.
        return [None if one is None else json.loads(one) for one in sent]
    except (TypeError, ValueError, RecursionError):
        return None


def _is_value_of(element: ValueElement[Any], value: Any) -> bool:
    if isinstance(element, ui.select):
        # A field that cannot be emptied never says that it was.
        is_emptied = value is None and bool(element.props.get("clearable"))
        return is_emptied or _is_choice(element, value)
    if isinstance(element, ui.input | ui.textarea):
        return value is None or isinstance(value, str)
    # What is on or off, open or closed.
    return value is None or isinstance(value, bool)


def _is_choice(select: ui.select, value: Any) -> bool:
    place = value.get("value") if isinstance(value, dict) else None
    return type(place) is int and 0 <= place < len(select.options)
