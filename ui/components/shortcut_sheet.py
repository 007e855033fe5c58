"""The sheet that lists the keyboard shortcuts, and turns them off and on."""

from collections.abc import Sequence

from nicegui import ui

from ui.browser import Browser, Dialog
from ui.components.viewed import Viewed
from ui.places import Place
from ui.presenters.shortcuts import sheet_words, shortcuts


class ShortcutSheet(Viewed, component="shortcut_sheet.js"):
    """Keys and what they do; the switch is the browser's own affair."""


def open_shortcut_sheet(browser: Browser, places: Sequence[Place]) -> None:
    """Show the sheet, unless a dialog is open already."""
    if browser.is_dialog_open:
        return
    locale = browser.locale
    with browser.client:
        dialog = Dialog(browser, locale.say("Keyboard shortcuts"))
    dialog.on("hide", dialog.delete, args=[])
    with dialog, ui.card().classes("dialog").props('data-testid="shortcut-sheet"') as card:
        card.mark("shortcut-sheet")
        dialog.build_title()
        ShortcutSheet(shortcuts(places, locale), sheet_words(locale))
        with ui.row().classes("dialog-actions"):
            close = ui.button(locale.say("Close"), on_click=dialog.close, color=None)
            close.props('flat no-caps autofocus data-testid="dismiss"').mark("dismiss")
    dialog.open()
