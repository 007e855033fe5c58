"""Administration → Members: who may do what in the workspace, invited, changed, revoked."""

from fastapi import Request
from nicegui import Client, ui
from sqlalchemy.orm import Session

from policy.access import Action, Scope
from services import members
from services.auth import WorkspaceRef
from services.members import MemberRecord
from services.roles import TENANT_ROLES
from services.tenants import TenantRef, find_tenants
from ui.administered import administered, head
from ui.components.confirm_dialog import ConfirmDialog
from ui.components.form_dialog import FormDialog
from ui.components.member_dialog import WORKSPACE_ROLES, MemberDialog, role_field
from ui.components.record_table import RecordTable
from ui.console import Console
from ui.page import Page, begin
from ui.presenters.members import members_table, reach, role_choices, role_word
from ui.presenters.words import clipped
from ui.still_part import StillPart

Found = tuple[list[MemberRecord], list[TenantRef]]


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
            MemberDialog(self._page, self._part, self._place, self._tenants).open()

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
        roles = WORKSPACE_ROLES if member.tenant_id is None else TENANT_ROLES
        choices = role_choices(roles, locale)
        with dialog.filling():
            ui.label(reach(member, locale)).classes("quiet")
            now = member.role if member.role in choices else roles[-1].value
            field = role_field(dialog, choices, now, locale)
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
