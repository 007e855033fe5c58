"""The box by which a person asks to be told when a run is done."""

from nicegui import ui

from ui.presenters.locale import Locale


def tell_me_box(locale: Locale) -> ui.checkbox:
    """For a dialog that starts something; the run's own page has its own."""
    box = ui.checkbox(locale.say("Tell me when it is done"))
    return box.props('dense data-testid="tell-me"').classes("tell-me").mark("tell-me")
