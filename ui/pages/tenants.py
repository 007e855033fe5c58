"""The tenants of the workspace, and one tenant with its review pack and recent runs."""

from dataclasses import replace
from html import escape

from fastapi import Request
from nicegui import Client, ui
from sqlalchemy.orm import Session

from policy.access import Action, visible_scope
from services import pack_card, runs
from services.auth import Viewer
from services.pack_card import CardSnapshot
from services.run_filters import RunFilter
from services.runs import RunPage, RunWindow
from services.tenants import TenantRef, find_tenant, find_tenants
from ui.components.pack_panel import PackPanel
from ui.components.run_list_panel import RunListPanel
from ui.console import Console
from ui.page import Page, begin, not_found
from ui.presenters.locale import Locale
from ui.presenters.run_chips import list_address

Found = tuple[TenantRef, CardSnapshot, RunPage, RunWindow]


def register(console: Console) -> None:
    """Serve /tenants and /tenants/{slug}."""

    @ui.page("/tenants")
    async def tenants(request: Request, client: Client) -> None:
        page = begin(console, request, client)
        scope = page.viewer.scope
        if scope is None:
            not_found(page)
            return
        found = await console.database.read(lambda session: find_tenants(session, scope))
        with page.framed("tenants", page.session.locale.say("Tenants")):
            _build_list(found, page.session.locale)

    @ui.page("/tenants/{slug}")
    async def tenant(slug: str, request: Request, client: Client) -> None:
        page = begin(console, request, client)
        found = await _find(page, slug)
        if found is None:
            not_found(page)
            return
        place, card, shown, window = found
        locale = page.session.locale
        with page.framed("tenants", place.name):
            PackPanel(page, place, card)
            RunListPanel(
                page,
                shown,
                window,
                locale.say("Nothing has run for {tenant} yet.", tenant=place.name),
                show_newest=lambda: ui.navigate.to(f"/tenants/{place.slug}"),
                build_actions=lambda: _build_title(locale.say("Recent runs")),
            )
            here = page.viewer.workspace
            if here is not None and here.id == place.workspace_id:
                every = list_address(RunFilter(tenant_slug=place.slug))
                with ui.element("p").classes("paging"):
                    ui.link(locale.say("All runs of this tenant"), every).mark("all-runs")


async def _find(page: Page, slug: str) -> Found | None:
    grants = page.viewer.grants

    def look(session: Session) -> Found | None:
        place = find_tenant(session, slug)
        scope = None if place is None else visible_scope(grants, place.workspace_id)
        if place is None or scope is None:
            return None
        if not page.viewer.may_in(place.workspace_id, Action.SEE, place.id):
            return None
        shown = runs.find_page(session, scope, tenant_id=place.id)
        ids = tuple(run.id for run in shown.runs)
        window = RunWindow(scope, place.id, ids, shown.newest_known_id)
        return place, _find_card(session, page.viewer, place), shown, window

    return await page.console.database.read(look)


def _find_card(session: Session, viewer: Viewer, place: TenantRef) -> CardSnapshot:
    card = pack_card.find_card(session, place.id)
    may_audit = viewer.may_in(place.workspace_id, Action.AUDIT, place.id)
    key = card.details_key(place.id, with_downloads=may_audit)
    return replace(card, details=pack_card.find_card_details(session, key))


def _build_list(tenants: list[TenantRef], locale: Locale) -> None:
    if not tenants:
        ui.label(locale.say("This workspace has no tenants yet.")).classes("quiet")
    with ui.element("ul").classes("tenant-list"):
        for tenant in tenants:
            with ui.element("li"):
                ui.link(tenant.name, f"/tenants/{tenant.slug}")
                ui.label(tenant.slug).classes("quiet")


def _build_title(text: str) -> None:
    ui.html(escape(text), tag="h2").classes("card-title")
