"""Administration → Tenants: added and renamed."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from nicegui import Client, ui
from sqlalchemy.orm import Session

from policy.access import Action, Scope
from services import tenant_keeping
from services.auth import WorkspaceRef
from services.tenants import TenantRef, find_tenants
from ui.administered import administered, head
from ui.components.form_dialog import FormDialog
from ui.components.record_table import RecordTable
from ui.console import Console
from ui.page import Page, begin
from ui.presenters.locale import Locale
from ui.presenters.records import act, cell, row, table
from ui.presenters.words import clipped
from ui.still_part import StillPart

Found = list[TenantRef]


def register(console: Console) -> None:
    """Serve /admin/tenants."""

    @ui.page("/admin/tenants")
    async def admin_tenants(request: Request, client: Client) -> None:
        page = begin(console, request, client)
        place = administered(page)
        if place is None:
            return
        found = await console.database.read(lambda session: _find(session, place))
        with page.framed("tenant-keeping", page.session.locale.say("Manage tenants")):
            TenantsPanel(page, place, found)


def _find(session: Session, place: WorkspaceRef) -> Found:
    return find_tenants(session, Scope(place.id, None))


class TenantsPanel:
    """The table of tenants, and the dialogs that add and rename."""

    def __init__(self, page: Page, place: WorkspaceRef, found: Found) -> None:
        self._page = page
        self._locale = locale = page.session.locale
        self._found = found
        self._part: StillPart[Found] = StillPart(
            page, place, Action.ADMINISTER, lambda session: _find(session, place), self._show
        )
        with self._part.host:
            head(
                locale.say("Whom {place} works for.", place=place.name),
                locale.say("Add tenant"),
                "add-tenant",
                self._ask_to_add,
            )
            self._table = RecordTable(tenants_table(found, locale), self._act)

    def _show(self, found: Found) -> None:
        self._found = found
        self._table.show(tenants_table(found, self._locale))

    def _ask_to_add(self) -> None:
        if self._page.browser.is_dialog_open:
            return
        locale = self._locale

        async def add() -> None:
            short = str(slug.value or "").strip()
            full = str(name.value or "").strip() or short
            await self._part.do(
                lambda session, desk: tenant_keeping.add_from(session, desk, short, full)
            )

        dialog = FormDialog(self._page, locale.say("Add a tenant"), locale.say("Add tenant"), add)
        with dialog.filling():
            slug = dialog.text(
                locale.say("Short name"),
                "tenant-slug",
                hint=locale.say("For addresses and commands: a-z, 0-9 and -. It stays."),
            )
            slug.props("autofocus")
            name = dialog.text(locale.say("Name"), "tenant-name")
        dialog.open()

    def _act(self, tenant_id: int, what: str) -> None:
        tenant = next((one for one in self._found if one.id == tenant_id), None)
        if tenant is None or self._page.browser.is_dialog_open:
            return
        locale = self._locale

        async def rename() -> None:
            name = str(field.value or "")
            await self._part.do(
                lambda session, desk: tenant_keeping.rename(
                    session, desk, tenant.id, tenant.name, name
                )
            )

        title = locale.say("Rename {name}", name=clipped(tenant.name, 80))
        dialog = FormDialog(self._page, title, locale.say("Rename"), rename)
        with dialog.filling():
            field = dialog.text(locale.say("Name"), "tenant-name", value=tenant.name)
            field.props("autofocus")
        dialog.open()


def tenants_table(tenants: Sequence[TenantRef], locale: Locale) -> dict[str, Any]:
    """The table of tenants."""
    return table(
        locale.say("Tenants"),
        [locale.say("Name"), locale.say("Short name")],
        [_row(tenant, locale) for tenant in tenants],
        testid="tenants",
        row_testid="tenant-row",
        empty=locale.say("This workspace has no tenants yet."),
        acts=locale.say("Actions"),
    )


def _row(tenant: TenantRef, locale: Locale) -> dict[str, Any]:
    name = clipped(tenant.name, 80)
    return row(
        tenant.id,
        [cell(name, href=f"/tenants/{tenant.slug}"), cell(tenant.slug)],
        [
            act(
                "rename",
                locale.say("Rename"),
                locale.say("Rename {name}", name=name),
                "rename-tenant",
            )
        ],
    )
