"""The pages of a workspace's administration: for whom they are, and what they begin with."""

from collections.abc import Callable
from html import escape
from typing import Any

from nicegui import ui

from policy.access import Action
from services.auth import WorkspaceRef
from ui.page import Page, not_found


def administered(page: Page, action: Action = Action.ADMINISTER) -> WorkspaceRef | None:
    """The workspace that the page is about; None, and nothing found, for whoever may not."""
    if page.viewer.workspace is None or not page.viewer.may(action):
        not_found(page)
        return None
    return page.viewer.workspace


def head(
    text: str,
    button: str = "",
    mark: str = "",
    act: Callable[[], Any] | None = None,
    *,
    icon: str = "add",
) -> None:
    """What the page is for in a line, and the one button that adds to it."""
    with ui.element("div").classes("admin-head"):
        ui.html(escape(text), tag="p").classes("quiet")
        if act is not None:
            ui.button(button, icon=icon, on_click=act, color=None).props(
                f'unelevated no-caps data-testid="{mark}"'
            ).classes("main").mark(mark)
