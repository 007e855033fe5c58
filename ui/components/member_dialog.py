"""The dialog in which an owner adds a member."""

from typing import Any

from nicegui import ui

from models import Role
from services import members
from services.admin_terms import first_password, password_hash, proper_email, proper_name
from services.auth import WorkspaceRef
from services.members import Invitation
from services.roles import TENANT_ROLES
from services.tenants import TenantRef
from ui.components.form_dialog import FormDialog
from ui.components.secret_dialog import show_secret
from ui.page import Page
from ui.presenters.locale import Locale
from ui.presenters.members import role_choices, role_hint
from ui.still_part import StillPart

WORKSPACE_ROLES = tuple(role for role in Role if role not in TENANT_ROLES)


class MemberDialog:
    """Asks whom to give which role, and shows the first password of a new account once."""

    def __init__(
        self,
        page: Page,
        part: StillPart[Any],
        place: WorkspaceRef,
        tenants: list[TenantRef],
    ) -> None:
        self._page = page
        self._part = part
        self._locale = locale = page.session.locale
        title = locale.say("Add a member to {place}", place=place.name)
        self._dialog = FormDialog(page, title, locale.say("Add member"), self._invite)
        # A tenant role can be given only where there is a tenant.
        roles = tuple(Role) if tenants else WORKSPACE_ROLES
        with self._dialog.filling():
            self._email = self._dialog.text(locale.say("E-mail"), "member-email")
            self._email.props("autofocus")
            self._name = self._dialog.text(
                locale.say("Name"),
                "member-name",
                hint=locale.say("Only for a new account; who has one keeps theirs."),
            )
            self._role = role_field(
                self._dialog, role_choices(roles, locale), Role.OPERATOR.value, locale
            )
            choices = {tenant.id: tenant.name for tenant in tenants}
            self._tenant = self._dialog.choice(
                locale.say("Tenant"), "member-tenant", choices, next(iter(choices), None)
            )
        self._role.on_value_change(self._show_tenant)
        self._show_tenant()

    def open(self) -> None:
        self._dialog.open()

    def _show_tenant(self) -> None:
        self._tenant.set_visibility(self._role.value in TENANT_ROLES)

    async def _invite(self) -> None:
        email = proper_email(str(self._email.value or ""))
        name = proper_name(str(self._name.value or "") or email.partition("@")[0])
        role = str(self._role.value)
        tenant_id = self._tenant.value if role in TENANT_ROLES else None
        # Made also for nothing: neither words nor time tell whether there is an account.
        password = first_password()
        hashed = await self._page.console.database.off_loop(lambda: password_hash(password))
        invitation = Invitation(email, name, role, tenant_id, hashed)
        await self._part.do(lambda session, desk: members.invite(session, desk, invitation))
        locale = self._locale
        show_secret(
            self._page,
            locale.say("{email} is a member now", email=email),
            locale.say(
                "If the address is new to this console, this is its first password: hand it over "
                "in person or by phone. It is shown once. Who has an account already signs in as "
                "before."
            ),
            password,
        )


def role_field(dialog: FormDialog, choices: dict[str, str], now: str, locale: Locale) -> ui.select:
    """The choice of a role, with what the chosen one is good for."""
    field = dialog.choice(locale.say("Role"), "member-role", choices, now)

    def explain() -> None:
        field.props["hint"] = role_hint(str(field.value), locale)

    field.on_value_change(explain)
    explain()
    return field
