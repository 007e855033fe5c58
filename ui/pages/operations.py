"""Monitoring → Operations: the workspace's runs, newest first."""

from functools import partial

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import Client, ui
from sqlalchemy.orm import Session

from policy.wording import said
from services import runs
from services.runs import RunPage, RunWindow
from services.tenants import TenantRef, find_tenants
from ui.components.run_list_panel import RunListPanel
from ui.components.start_dialog import offers_for, open_start_dialog
from ui.console import Console
from ui.page import Page, begin, not_found, read_id
from ui.presenters.locale import Locale

_EMPTY = said("Nothing has run here yet. Start an operation, and it appears in this list.")
_EMPTY_FOR_READERS = said("Nothing has run here yet. What is started for you appears in this list.")


def register(console: Console) -> None:
    """Serve /operations and send / there."""

    @ui.page("/")
    def home() -> RedirectResponse:
        return RedirectResponse("/operations", status_code=303)

    @ui.page("/operations")
    async def operations(
        request: Request,
        client: Client,
        workspace: str = "",
        older: str = "",
        newer: str = "",
    ) -> RedirectResponse | None:
        page = begin(console, request, client)
        if workspace and (page.viewer.workspace is None or workspace != page.viewer.workspace.slug):
            if await console.auth.switch_workspace(page.viewer.session_id, workspace):
                return RedirectResponse("/operations", status_code=303)
            not_found(page)
            return None
        await _build(page, older_than=read_id(older), newer_than=read_id(newer))
        return None


async def _build(page: Page, older_than: int | None, newer_than: int | None) -> None:
    scope, locale = page.viewer.scope, page.session.locale
    if scope is None:
        not_found(page)
        return

    def look(session: Session) -> tuple[RunPage, list[TenantRef]]:
        shown = runs.find_page(session, scope, older_than=older_than, newer_than=newer_than)
        return shown, find_tenants(session, scope)

    shown, tenants = await page.console.database.read(look)
    window = RunWindow(scope, None, tuple(run.id for run in shown.runs), shown.newest_known_id)
    may_start = bool(offers_for(page))

    def build_actions() -> None:
        if may_start:
            ui.button(
                locale.say("Start operation"),
                icon="add",
                color=None,
                on_click=partial(open_start_dialog, page, tenants),
            ).props('unelevated no-caps data-testid="start-operation"').classes("main").mark(
                "start-operation"
            )

    with page.framed("operations", locale.say("Operations")):
        RunListPanel(
            page,
            shown,
            window,
            locale.told(_EMPTY if may_start else _EMPTY_FOR_READERS),
            show_newest=lambda: ui.navigate.to("/operations"),
            build_actions=build_actions,
        )
        _build_paging(shown, locale)


def _build_paging(shown: RunPage, locale: Locale) -> None:
    if shown.newer_than is None and shown.older_than is None:
        return
    with ui.element("nav").classes("paging") as pages:
        pages.props["aria-label"] = locale.say("Pages")
        if shown.newer_than is not None:
            ui.link(locale.say("← Newer"), f"/operations?newer={shown.newer_than}").mark("newer")
        if shown.older_than is not None:
            ui.link(locale.say("Older →"), f"/operations?older={shown.older_than}").mark("older")
