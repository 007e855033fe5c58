"""Administration → Members: who may do what in the workspace, invited, changed, revoked."""

from fastapi import Request
from nicegui import Client, ui
from sqlalchemy.orm import Session

from models import Role
from policy.access import Action, Scope
from services import members
from services.admin_terms import first_password, password_hash, proper_email, proper_name
from services.auth import WorkspaceRef
from services.members import TENANT_ROLES, Invitation, MemberRecord
from services.tenants import TenantRef, find_tenants
from ui.administered import administered, head
from ui.components.confirm_dialog import ConfirmDialog
from ui.components.form_dialog import FormDialog
from ui.components.record_table import RecordTable
from ui.components.secret_dialog import show_secret
from ui.console import Console
from ui.page import Page, begin
from ui.presenters.locale import Locale
from ui.presenters.members import members_table, reach, role_choices, role_hint, role_word
from ui.presenters.words import clipped
from ui.still_part import StillPart

Found = tuple[list[MemberRecord], list[TenantRef]]
_WORKSPACE_ROLES = tuple(role for role in Role if role not in TENANT_ROLES)


def register(console: Console) -> None:
    """Serve /admin/members."""

    @ui.page("/admin/members")
    async def admin_members(request: Request, client: Client) -> None:
        page = begin(console, request, client)
        place = administered(page)
        if place is None:
            return
        found = await console.database.read(lambda session: _find(session, place))
        with page.framed("members", page.session.locale.say("Members")):
            MembersPanel(page, place, found)


def _find(session: Session, place: WorkspaceRef) -> Found:
    everybody = members.find_members(session, place.id)
    return everybody, find_tenants(session, Scope(place.id, None))


class MembersPanel:
    """The table of members, and the dialogs that change it."""

    def __init__(self, page: Page, place: WorkspaceRef, found: Found) -> None:
        self._page = page
        self._place = place
        self._locale = page.session.locale
        self._members, self._tenants = found
        self._part: StillPart[Found] = StillPart(
            page, place, Action.ADMINISTER, lambda session: _find(session, place), self._show
        )
        with self._part.host:
            head(
                self._locale.say("People with a role in {place}.", place=place.name),
                self._locale.say("Add member"),
                "add-member",
                self._ask_to_add,
            )
            self._table = RecordTable(self._view(), self._act)

    def _view(self) -> dict[str, object]:
        return members_table(self._members, self._page.viewer.user_id, self._locale)

    def _show(self, found: Found) -> None:
        self._members, self._tenants = found
        self._table.show(self._view())

    def _act(self, member_id: int, what: str) -> None:
        member = next((one for one in self._members if one.id == member_id), None)
        if member is None or self._page.browser.is_dialog_open:
            return
        if what == "change":
            self._ask_to_change(member)
        else:
            self._ask_to_revoke(member)

    def _ask_to_add(self) -> None:
        if not self._page.browser.is_dialog_open:
            _AddDialog(self._page, self._part, self._place, self._tenants).open()

    def _ask_to_change(self, member: MemberRecord) -> None:
        locale = self._locale
        name = clipped(member.name, 80)

        async def change() -> None:
            role = str(field.value)
            await self._part.do(
                lambda session, desk: members.change_role(session, desk, member.id, role)
            )

        title = locale.say("Change the role of {name}", name=name)
        dialog = FormDialog(self._page, title, locale.say("Change role"), change)
        roles = _WORKSPACE_ROLES if member.tenant_id is None else TENANT_ROLES
        choices = role_choices(roles, locale)
        with dialog.filling():
            ui.label(reach(member, locale)).classes("quiet")
            now = member.role if member.role in choices else roles[-1].value
            field = _role_field(dialog, choices, now, locale)
        dialog.open()

    def _ask_to_revoke(self, member: MemberRecord) -> None:
        locale = self._locale
        name = clipped(member.name, 80)

        async def revoke() -> None:
            await self._part.do(lambda session, desk: members.revoke(session, desk, member.id))

        title = locale.say("Revoke the role of {name}?", name=name)
        dialog = ConfirmDialog(
            self._page.browser, title, locale.say("Revoke"), revoke, is_destructive=True
        )
        with dialog.filling():
            ui.label(
                locale.say(
                    "{email} is no longer {role} here ({reach}). What they have open is cleared.",
                    email=clipped(member.email, 120),
                    role=role_word(member.role, locale),
                    reach=reach(member, locale),
                )
            )
        dialog.open()


class _AddDialog:
    """Asks whom to give which role, and shows the first password of a new account once."""

    def __init__(
        self,
        page: Page,
        part: StillPart[Found],
        place: WorkspaceRef,
        tenants: list[TenantRef],
    ) -> None:
        self._page = page
        self._part = part
        self._locale = locale = page.session.locale
        title = locale.say("Add a member to {place}", place=place.name)
        self._dialog = FormDialog(page, title, locale.say("Add member"), self._invite)
        # A tenant role can be given only where there is a tenant.
        roles = tuple(Role) if tenants else _WORKSPACE_ROLES
        with self._dialog.filling():
            self._email = self._dialog.text(locale.say("E-mail"), "member-email")
            self._email.props("autofocus")
            self._name = self._dialog.text(
                locale.say("Name"),
                "member-name",
                hint=locale.say("Only for a new account; who has one keeps theirs."),
            )
            self._role = _role_field(
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


def _role_field(dialog: FormDialog, choices: dict[str, str], now: str, locale: Locale) -> ui.select:
    """The choice of a role, with what the chosen one is good for."""
    field = dialog.choice(locale.say("Role"), "member-role", choices, now)

    def explain() -> None:
        field.props["hint"] = role_hint(str(field.value), locale)

    field.on_value_change(explain)
    explain()
    return field
