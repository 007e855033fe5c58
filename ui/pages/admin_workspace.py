"""Administration → Workspace: its name, how long it keeps what is over, the owner's others."""

from fastapi import Request
from nicegui import Client, ui
from sqlalchemy.orm import Session

from policy.access import Action
from services import workspaces
from services.auth import Viewer, WorkspaceRef
from services.retention import Retention, find_shown_retention
from services.workspaces import WorkspaceRecord
from ui.administered import administered, head
from ui.components.form_dialog import FormDialog
from ui.components.record_table import RecordTable
from ui.components.retention_section import RetentionSection
from ui.console import Console
from ui.page import Page, begin
from ui.presenters.workspaces import workspaces_table
from ui.still_part import StillPart

Found = list[WorkspaceRecord]


def register(console: Console) -> None:
    """Serve /admin/workspace."""

    @ui.page("/admin/workspace")
    async def admin_workspace(request: Request, client: Client) -> None:
        page = begin(console, request, client)
        place = administered(page)
        if place is None:
            return
        found, kept = await console.database.read(
            lambda session: (
                _find(session, page.viewer),
                find_shown_retention(session, place.id),
            )
        )
        with page.framed("workspace", page.session.locale.say("Workspace")):
            WorkspacePanel(page, place, found, kept)


def _find(session: Session, viewer: Viewer) -> Found:
    """The workspaces that the person owns; of others an owner learns nothing."""
    owned = [ref for ref in viewer.workspaces if viewer.may_in(ref.id, Action.ADMINISTER)]
    return [workspaces.find_workspace(session, ref.id) for ref in owned]


class WorkspacePanel:
    """The workspaces of one owner, this one first, and the dialogs that rename and add."""

    def __init__(
        self, page: Page, place: WorkspaceRef, found: Found, kept: Retention | None
    ) -> None:
        self._page = page
        self._place = place
        self._locale = locale = page.session.locale
        self._found = found
        self._part: StillPart[Found] = StillPart(
            page,
            place,
            Action.ADMINISTER,
            lambda session: _find(session, page.session.viewer),
            self._show,
        )
        with self._part.host:
            head(
                locale.say("The workspaces that you own."),
                locale.say("New workspace"),
                "add-workspace",
                self._ask_to_add,
            )
            self._table = RecordTable(workspaces_table(found, place.id, locale), self._act)
            RetentionSection(page, place.id, kept)

    def _show(self, found: Found) -> None:
        self._found = found
        self._table.show(workspaces_table(found, self._place.id, self._locale))

    def _act(self, workspace_id: int, what: str) -> None:
        seen = next((one for one in self._found if one.id == workspace_id), None)
        if seen is None or self._page.browser.is_dialog_open:
            return
        locale = self._locale

        async def rename() -> None:
            name = str(field.value or "")
            await self._part.do(
                lambda session, desk: workspaces.rename(session, desk, seen.name, name)
            )
            ui.navigate.to("/admin/workspace")  # the frame names it, too

        dialog = FormDialog(
            self._page, locale.say("Rename the workspace"), locale.say("Rename"), rename
        )
        with dialog.filling():
            field = dialog.text(locale.say("Name"), "workspace-name", value=seen.name)
            field.props("autofocus")
        dialog.open()

    def _ask_to_add(self) -> None:
        if self._page.browser.is_dialog_open:
            return
        locale = self._locale

        async def add() -> None:
            short = str(slug.value or "").strip()
            full = str(name.value or "").strip() or short
            await self._part.do(
                lambda session, desk: workspaces.add_as_owner(session, desk, short, full)
            )
            ui.navigate.to("/admin/workspace")  # the frame leads there, too

        title = locale.say("New workspace")
        dialog = FormDialog(self._page, title, locale.say("Add workspace"), add)
        with dialog.filling():
            ui.label(locale.say("It begins empty, and you are its only member and owner.")).classes(
                "quiet"
            )
            slug = dialog.text(
                locale.say("Short name"),
                "workspace-slug",
                hint=locale.say("For addresses and commands: a-z, 0-9 and -. It stays."),
            )
            slug.props("autofocus")
            name = dialog.text(locale.say("Name"), "workspace-name")
        dialog.open()
