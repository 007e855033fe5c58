"""Monitoring → Overview: how the workspace is doing, to be left open."""

from functools import partial

from fastapi import Request
from nicegui import Client, ui

from policy.access import Scope
from services.tenants import TenantRef, find_tenants
from ui.components.overview_panel import OverviewPanel
from ui.console import Console
from ui.overview_surface import OverviewWatch
from ui.page import begin, not_found
from ui.presenters.overview.now import whose


def register(console: Console) -> None:
    """Serve /overview."""

    @ui.page("/overview")
    async def overview(request: Request, client: Client) -> None:
        page = begin(console, request, client)
        scope = page.viewer.scope
        if scope is None:
            not_found(page)
            return
        watch = OverviewWatch(console, scope)
        client.on_delete(watch.close)
        shown = await watch.read(0.0)  # who loads a page again wants no earlier answer
        tenants = await _tenants(console, scope)
        with page.framed("overview", page.session.locale.say("Overview")):
            OverviewPanel(page, watch, shown, whose(tenants, page.session.locale))


async def _tenants(console: Console, scope: Scope) -> list[TenantRef] | None:
    """The tenants that all the numbers are of; None when they are the whole workspace's."""
    if scope.is_whole_workspace:
        return None
    return await console.database.read(partial(find_tenants, scope=scope))
