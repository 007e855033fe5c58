"""The dialog in which a person starts an operation."""

from nicegui import ui
from sqlalchemy.orm import Session

from services.notifications.watching import watch
from services.operations import (
    NeedsCorrectionError,
    OperationOffer,
    Operations,
    start_action,
)
from services.run_terms import Requested
from services.tenants import TenantRef
from stillwatch.operations import Scope
from ui.components.confirm_dialog import ConfirmDialog
from ui.components.option_fields import OptionFields, focus_first
from ui.components.tell_me import tell_me_box
from ui.page import Page
from ui.presenters.words import REACH


def offers_for(page: Page) -> list[OperationOffer]:
    """What this person may start here, most harmless first."""
    return [offer for offer in page.console.offers.values() if page.viewer.may(start_action(offer))]


def open_start_dialog(page: Page, tenants: list[TenantRef]) -> None:
    """Ask what to start, for whom and how; then go to the run, new or already active."""
    offers = {offer.type: offer for offer in offers_for(page)}
    if page.viewer.workspace is None or page.browser.is_dialog_open or not offers:
        return  # the second click of a double click
    StartDialog(page, offers, tenants).open()


class StartDialog:
    """Stays open, with all that was filled in, until what is asked for can be started."""

    def __init__(
        self, page: Page, offers: dict[str, OperationOffer], tenants: list[TenantRef]
    ) -> None:
        self._page = page
        self._offers = offers
        self._forms: dict[str, OptionFields] = {}
        self._locale = locale = page.session.locale
        title, start = locale.say("Start operation"), locale.say("Start")
        self._dialog = ConfirmDialog(page.browser, title, start, self._start)
        self._dialog.label_dismiss(locale.say("Dismiss"))
        with self._dialog.filling():
            self._choice = _select(
                locale.say("Operation"),
                {kind: locale.told(offer.title) for kind, offer in offers.items()},
                "operation-type",
            )
            self._choice.props("autofocus").value = next(iter(offers))
            with ui.column().classes("about"):
                self._description = ui.label().classes("quiet")
                self._reach = ui.label().classes("quiet small")
            self._tenant = _select(
                locale.say("Tenant"),
                {tenant.id: tenant.name for tenant in tenants},
                "operation-tenant",
            )
            self._options = ui.column().classes("form")
            self._tell_me = tell_me_box(locale)
        self._choice.on_value_change(self._show_chosen)
        self._show_chosen()

    def open(self) -> None:
        self._dialog.open()

    @property
    def _offer(self) -> OperationOffer:
        return self._offers[str(self._choice.value)]

    def _show_chosen(self) -> None:
        offer = self._offer
        self._description.set_text(self._locale.told(offer.description))
        self._description.set_visibility(bool(offer.description))
        self._reach.set_text(f"{offer.type} · {self._locale.told(REACH[offer.scope])}")
        self._tenant.set_visibility(offer.scope is Scope.TENANT)
        if offer.options is not None and offer.type not in self._forms:
            with self._options:
                self._forms[offer.type] = OptionFields(
                    offer.options.fields(), self._dialog.confirm, self._locale
                )
        for kind, form in self._forms.items():
            form.body.set_visibility(kind == offer.type)
        self._options.set_visibility(offer.type in self._forms)

    async def _start(self) -> bool:
        place, offer = self._page.viewer.workspace, self._offer
        assert place is not None  # or the dialog would not have been opened
        form = self._forms.get(offer.type)
        tenant_id = self._tenant.value if offer.scope is Scope.TENANT else None
        options = None if form is None else form.given()
        viewer = await self._page.session.act()

        def start(session: Session) -> Requested:
            operations = self._operations(session)
            requested = operations.start(viewer, place.id, offer.type, tenant_id, options)
            if self._tell_me.value:
                watch(session, viewer, requested.run_id, self._locale.language)
            return requested

        try:
            requested: Requested = await self._page.console.database.write(start)
        except NeedsCorrectionError as refusal:
            self._show_refusal(refusal, form)
            return False
        if not requested.is_new:
            ui.notify(self._locale.say("This is already running; here it is."), type="info")
        ui.navigate.to(f"/operations/{requested.run_id}")
        return True

    def _show_refusal(self, refusal: NeedsCorrectionError, form: OptionFields | None) -> None:
        if form is not None:
            form.show(refusal.options)
        self._tenant.error = self._locale.told(refusal.tenant) or None
        if refusal.tenant:
            focus_first([self._tenant])

    def _operations(self, session: Session) -> Operations:
        return Operations(session, self._page.console.enqueue, self._page.console.offers)


def _select(label: str, options: dict[str, str] | dict[int, str], mark: str) -> ui.select:
    select = ui.select(options, label=label).classes("wide").mark(mark)
    return select.props(f'data-testid="{mark}" outlined dense hide-bottom-space stack-label')
