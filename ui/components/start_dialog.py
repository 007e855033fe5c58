"""The dialog in which a person starts an operation."""

from nicegui import ui
from sqlalchemy.orm import Session

from services.operations import OperationOffer, Operations, start_action
from services.run_terms import Requested
from services.tenants import TenantRef
from ui.components.confirm_dialog import ConfirmDialog
from ui.page import Page

_WHOLE_WORKSPACE = "Whole workspace"


def offers_for(page: Page) -> list[OperationOffer]:
    """What this person may start here, most harmless first."""
    return [offer for offer in page.console.offers.values() if page.viewer.may(start_action(offer))]


def open_start_dialog(page: Page, tenants: list[TenantRef]) -> None:
    """Ask what to start and for whom; then go to the run, new or already active."""
    place = page.viewer.workspace
    if place is None or page.browser.is_dialog_open:
        return  # the second click of a double click
    offers = {offer.type: offer for offer in offers_for(page)}

    async def start() -> None:
        viewer = await page.session.act()
        operation_type, tenant_id = choice.value, reach.value or None
        requested: Requested = await page.console.database.write(
            lambda session: _operations(page, session).start(
                viewer, place.id, operation_type, tenant_id
            )
        )
        if not requested.is_new:
            ui.notify("This is already running; here it is.", type="info")
        ui.navigate.to(f"/operations/{requested.run_id}")

    dialog = ConfirmDialog(page.browser, "Start operation", "Start", start)
    dialog.label_dismiss("Dismiss")
    with dialog.filling():
        choice = (
            ui.select(
                {offer.type: f"{offer.title} — {offer.type}" for offer in offers.values()},
                value=next(iter(offers)),
                label="Operation",
            )
            .props('data-testid="operation-type" outlined dense')
            .classes("wide")
        )
        description = ui.label(offers[choice.value].description).classes("quiet")
        choice.on_value_change(lambda e: description.set_text(offers[e.value].description))
        reach = (
            ui.select(
                {0: _WHOLE_WORKSPACE, **{tenant.id: tenant.name for tenant in tenants}},
                value=0,
                label="For",
            )
            .props('data-testid="operation-tenant" outlined dense')
            .classes("wide")
        )
        reach.set_visibility(False)
        choice.on_value_change(
            lambda e: reach.set_visibility(offers[e.value].scope.value == "tenant")
        )
    dialog.open()


def _operations(page: Page, session: Session) -> Operations:
    return Operations(session, page.console.enqueue, page.console.offers)
