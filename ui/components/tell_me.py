"""The box by which a person asks to be told when a run is done."""

from collections.abc import Awaitable, Callable

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from ui.presenters.locale import Locale

Heard = Callable[[ValueChangeEventArguments], Awaitable[None]]


def tell_me_box(locale: Locale, *, value: bool = False, heard: Heard | None = None) -> ui.checkbox:
    """`heard` is called when the person has changed their mind."""
    words = locale.say("Tell me when it is done")
    box = ui.checkbox(words, value=value, on_change=heard)
    return box.props('dense data-testid="tell-me"').classes("tell-me").mark("tell-me")
