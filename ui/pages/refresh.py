"""Monitoring → Refresh: what it costs that people watch, for owners and auditors."""

from fastapi import Request
from nicegui import Client, ui

from policy.access import Action
from services.refresh_history.recording import history
from ui.administered import administered
from ui.components.refresh_panel import RefreshPanel
from ui.console import Console
from ui.page import begin


def register(console: Console) -> None:
    """Serve /refresh."""

    @ui.page("/refresh")
    async def refresh(request: Request, client: Client) -> None:
        page = begin(console, request, client)
        place = administered(page, Action.AUDIT)
        if place is None:
            return
        with page.framed("refresh", page.session.locale.say("Refresh")):
            RefreshPanel(page, place, history)
