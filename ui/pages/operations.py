"""Monitoring → Operations: the workspace's runs, newest first."""

from functools import partial
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import Client, ui

from policy.wording import said
from services.run_filters import for_every_zone
from services.run_list import FoundList, find_list, read_list_address
from services.runs import RunWindow
from services.saved_views import find_views
from ui.components.run_filter_form import RunFilterForm
from ui.components.run_list_panel import RunListPanel
from ui.components.saved_views import SavedViews
from ui.components.start_dialog import offers_for, open_start_dialog
from ui.console import Console
from ui.page import Page, begin, not_found
from ui.presenters.locale import Locale
from ui.presenters.run_chips import FilterFacts, export_address, list_address, newest_address
from ui.presenters.run_filter import filter_view
from ui.presenters.run_paging import cut_text

_EMPTY = said("Nothing has run here yet. Start an operation, and it appears in this list.")
_EMPTY_FOR_READERS = said("Nothing has run here yet. What is started for you appears in this list.")


def register(console: Console) -> None:
    """Serve /operations and send / there."""

    @ui.page("/")
    def home() -> RedirectResponse:
        return RedirectResponse("/operations", status_code=303)

    @ui.page("/operations")
    async def operations(
        request: Request, client: Client, workspace: str = ""
    ) -> RedirectResponse | None:
        page = begin(console, request, client)
        if workspace and (page.viewer.workspace is None or workspace != page.viewer.workspace.slug):
            if await console.auth.switch_workspace(page.viewer.session_id, workspace):
                rest = request.url.remove_query_params("workspace").query
                return RedirectResponse(f"/operations?{rest}".rstrip("?"), status_code=303)
            not_found(page)
            return None
        address = _address_for_everybody(page, request)
        if address is not None:
            return RedirectResponse(address, status_code=303)
        await _build(page, request)
        return None


def _address_for_everybody(page: Page, request: Request) -> str | None:
    """Where the list is that is asked for by times without a zone, as a form sends them: in an
    address that is shared they would be other times to others. One with flaws is explained first.
    """
    given, zone = request.query_params.multi_items(), page.session.locale.zone
    passed_on = for_every_zone(given, zone)
    if passed_on == given or read_list_address(given, zone).flaws:
        return None
    return f"/operations?{urlencode(passed_on, errors='replace')}"


async def _build(page: Page, request: Request) -> None:
    scope, locale = page.viewer.scope, page.session.locale
    if scope is None:
        not_found(page)
        return
    asked = read_list_address(request.query_params.multi_items(), locale.zone)
    found = await page.console.database.read(partial(find_list, scope=scope, asked=asked))
    views = await page.console.database.read(
        partial(find_views, viewer=page.viewer, workspace_id=scope.workspace_id)
    )
    shown = found.shown
    ids = tuple(run.id for run in shown.runs)
    window = RunWindow(scope, None, ids, shown.newest_known_id, found.wanted)
    may_start = bool(offers_for(page))

    def build_actions() -> None:
        if may_start:
            ui.button(
                locale.say("Start operation"),
                icon="add",
                color=None,
                on_click=partial(open_start_dialog, page, found.tenants),
            ).props('unelevated no-caps data-testid="start-operation"').classes("main").mark(
                "start-operation"
            )
        SavedViews(page, scope.workspace_id, views, found.wanted)
        _build_export(found, locale)

    with page.framed("operations", locale.say("Operations")):
        RunFilterForm(filter_view(_facts(found), locale))
        RunListPanel(
            page,
            shown,
            window,
            _empty_text(found, locale, may_start=may_start),
            show_newest=lambda: ui.navigate.to(newest_address(found.wanted)),
            build_actions=build_actions,
        )
        _build_paging(found, locale)


def _build_export(found: FoundList, locale: Locale) -> None:
    link = ui.link(target=export_address(found.wanted)).classes("button").mark("export-runs")
    with link.props('data-testid="export-runs"'):
        icon = ui.element("i").classes("material-icons")
        icon.props('aria-hidden="true" data-icon="download"')
        ui.label(locale.say("Export CSV"))


def _facts(found: FoundList) -> FilterFacts:
    return FilterFacts(
        found.shown.now, found.wanted, found.flaws, found.counts, found.choices, found.tenants
    )


def _empty_text(found: FoundList, locale: Locale, *, may_start: bool) -> str:
    if found.shown.looked_through is not None:
        return locale.say("None of the runs that were looked at matches.")
    if not found.wanted.is_empty:
        return locale.say("No run matches.")
    return locale.told(_EMPTY if may_start else _EMPTY_FOR_READERS)


def _build_paging(found: FoundList, locale: Locale) -> None:
    shown, wanted = found.shown, found.wanted
    if shown.looked_through is not None:
        ui.label(cut_text(shown.looked_through, wanted, locale)).classes("search-cut").props(
            'data-testid="search-cut"'
        )
    if shown.newer_than is None and shown.older_than is None:
        return
    with ui.element("nav").classes("paging") as pages:
        pages.props["aria-label"] = locale.say("Pages")
        if shown.newer_than is not None:
            ui.link(locale.say("← Newer"), list_address(wanted, newer=shown.newer_than)).mark(
                "newer"
            )
        if shown.older_than is not None:
            ui.link(locale.say("Older →"), list_address(wanted, older=shown.older_than)).mark(
                "older"
            )
