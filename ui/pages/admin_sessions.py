"""Administration → Sessions: who of the workspace is signed in, and the end of it by hand."""

from functools import partial

from fastapi import Request
from nicegui import Client, ui

from policy.access import Action
from services import sign_ins
from services.auth import WorkspaceRef
from services.sign_ins import SignInRecord
from ui.administered import administered, head
from ui.components.confirm_dialog import ConfirmDialog
from ui.components.record_table import RecordTable
from ui.console import Console
from ui.page import Page, begin
from ui.page_session import PageSession
from ui.presenters.sign_ins import browser_words, sign_ins_table
from ui.presenters.words import clipped
from ui.still_part import StillPart

Found = list[SignInRecord]


def register(console: Console) -> None:
    """Serve /admin/sessions."""

    @ui.page("/admin/sessions")
    async def admin_sessions(request: Request, client: Client) -> None:
        page = begin(console, request, client)
        place = administered(page)
        if place is None:
            return
        read = partial(sign_ins.find_of_members, workspace_id=place.id)
        found = await console.database.read(read)
        with page.framed("sessions", page.session.locale.say("Sessions")):
            SessionsPanel(page, place, found)


class SessionsPanel:
    """The table of sign-ins, and the dialogs that end them."""

    def __init__(self, page: Page, place: WorkspaceRef, found: Found) -> None:
        self._page = page
        self._locale = page.session.locale
        self._found = found
        read = partial(sign_ins.find_of_members, workspace_id=place.id)
        self._part: StillPart[Found] = StillPart(page, place, Action.ADMINISTER, read, self._show)
        with self._part.host:
            head(self._locale.say("Members of {place} who are signed in.", place=place.name))
            self._table = RecordTable(self._view(), self._act)

    def _view(self) -> dict[str, object]:
        return sign_ins_table(self._found, self._page.viewer.session_id, self._locale)

    def _show(self, found: Found) -> None:
        self._found = found
        self._table.show(self._view())

    def _act(self, session_id: int, what: str) -> None:
        one = next((one for one in self._found if one.id == session_id), None)
        if one is None or self._page.browser.is_dialog_open:
            return
        if what == "all":
            self._ask_to_end_all(one)
        else:
            self._ask_to_end(one)

    def _ask_to_end(self, one: SignInRecord) -> None:
        locale = self._locale

        async def end() -> None:
            await self._part.do(lambda session, desk: sign_ins.end_of_member(session, desk, one.id))
            PageSession.end_all(one.id)

        title = locale.say("End this session of {name}?", name=clipped(one.name, 80))
        dialog = ConfirmDialog(
            self._page.browser, title, locale.say("End session"), end, is_destructive=True
        )
        with dialog.filling():
            ui.label(
                locale.say(
                    "{browser}: all of its pages are cleared, here at once. The account can sign "
                    "in again.",
                    browser=browser_words(one.user_agent, locale),
                )
            )
        dialog.open()

    def _ask_to_end_all(self, one: SignInRecord) -> None:
        locale = self._locale

        async def end() -> None:
            ended = await self._part.do(
                lambda session, desk: sign_ins.end_all_of_member(session, desk, one.user_id)
            )
            for session_id in ended:
                PageSession.end_all(session_id)

        title = locale.say("End all sessions of {name}?", name=clipped(one.name, 80))
        dialog = ConfirmDialog(
            self._page.browser, title, locale.say("End all"), end, is_destructive=True
        )
        with dialog.filling():
            ui.label(
                locale.say(
                    "All pages of {email} are cleared, here at once. The account can sign in "
                    "again.",
                    email=clipped(one.email, 120),
                )
            )
        dialog.open()
