"""What is shown once and stored nowhere: a first password, a token."""

from nicegui import ui

from ui.browser import Dialog
from ui.components.viewed import Viewed
from ui.page import Page


class SecretText(Viewed, component="secret_text.js"):
    """A secret and a button that copies it."""


def show_secret(page: Page, title: str, text: str, secret: str) -> None:
    """Show it until the person has closed the dialog by hand."""
    locale = page.session.locale
    with page.client:
        dialog = Dialog(page.browser, title)
        # A click beside it, or a careless Escape, must not lose what cannot be shown again.
        dialog.props("persistent")
        dialog.on("hide", dialog.delete, args=[])
        view = {"text": secret, "copy": locale.say("Copy"), "copied": locale.say("Copied")}
        with dialog, ui.card().classes("dialog").props('data-testid="secret-dialog"'):
            dialog.build_title()
            ui.label(text)
            SecretText(view)
            with ui.row().classes("dialog-actions"):
                ui.button(locale.say("Done"), on_click=dialog.close, color=None).props(
                    'unelevated no-caps autofocus data-testid="secret-done"'
                ).classes("main").mark("secret-done")
        dialog.open()
