"""One's own account: the name, the password, and where one is signed in."""

from functools import partial
from html import escape

from fastapi import Request
from nicegui import Client, ui
from sqlalchemy.orm import Session

from services import accounts, sign_ins
from services.auth import csrf_token
from services.sign_ins import SignInRecord
from ui.components.confirm_dialog import ConfirmDialog
from ui.components.form_dialog import FormDialog
from ui.components.password_form import PasswordForm
from ui.components.record_table import RecordTable
from ui.console import Console
from ui.page import Page, begin
from ui.page_session import PageSession
from ui.pages.password_change import password_subject
from ui.presenters.account import password_view
from ui.presenters.sign_ins import browser_words, sign_ins_table
from ui.presenters.words import clipped
from ui.shown_again import when_shown_again

Found = list[SignInRecord]


def register(console: Console) -> None:
    """Serve /account."""

    @ui.page("/account")
    async def account(request: Request, client: Client, password: str = "") -> None:
        page = begin(console, request, client)
        found = await console.database.read(partial(sign_ins.find_own, user_id=page.viewer.user_id))
        with page.framed("account", page.session.locale.say("Your account")):
            AccountPanel(page, found, password)


class AccountPanel:
    """Three cards; each deed asks first whether the sign-in still lives."""

    def __init__(self, page: Page, found: Found, outcome: str) -> None:
        self._page = page
        self._locale = locale = page.session.locale
        self._found = found
        viewer = page.viewer
        self._name = viewer.name
        subject = password_subject(viewer.session_id)
        when_shown_again(page.browser, partial(page.session.look, fresh=True))
        with ui.element("div").classes("panel-host"):
            with _card(locale.say("Name")):
                self._shown = ui.label(clipped(viewer.name, 200)).mark("own-name")
                ui.label(viewer.email).classes("quiet")
                _button(locale.say("Change name"), "change-name", self._ask_to_rename)
            with _card(locale.say("Password")):
                csrf = csrf_token(page.console.secret, subject)
                PasswordForm(password_view(csrf, viewer.email, outcome, locale))
            with _card(locale.say("Where you are signed in")):
                self._table = RecordTable(self._view(), self._act)
                self._others = _button(
                    locale.say("Sign out everywhere else"), "end-others", self._ask_to_end_others
                )
                self._others.set_visibility(len(found) > 1)

    def _view(self) -> dict[str, object]:
        session_id = self._page.viewer.session_id
        return sign_ins_table(self._found, session_id, self._locale, is_own=True)

    async def _refresh(self) -> None:
        read = partial(sign_ins.find_own, user_id=self._page.viewer.user_id)
        self._found = await self._page.console.database.read(read)
        self._table.show(self._view())
        self._others.set_visibility(len(self._found) > 1)

    def _ask_to_rename(self) -> None:
        if self._page.browser.is_dialog_open:
            return
        locale = self._locale

        async def rename() -> None:
            name = str(field.value or "")
            viewer = await self._page.session.act()
            await self._page.console.database.write(
                lambda session: accounts.rename(session, viewer.user_id, self._name, name)
            )
            ui.navigate.to("/account")

        dialog = FormDialog(self._page, locale.say("Change your name"), locale.say("Save"), rename)
        with dialog.filling():
            field = dialog.text(locale.say("Name"), "account-name", value=self._name)
            field.props("autofocus")
        dialog.open()

    def _act(self, session_id: int, what: str) -> None:
        one = next((one for one in self._found if one.id == session_id), None)
        if one is None or self._page.browser.is_dialog_open:
            return
        locale = self._locale

        async def end() -> None:
            viewer = await self._page.session.act()

            def deed(session: Session) -> None:
                sign_ins.end_own(session, viewer.user_id, session_id)

            try:
                await self._page.console.database.write(deed)
                PageSession.end_all(session_id)
            finally:
                await self._refresh()

        dialog = ConfirmDialog(
            self._page.browser,
            locale.say("End this session?"),
            locale.say("End session"),
            end,
            is_destructive=True,
        )
        with dialog.filling():
            ui.label(browser_words(one.user_agent, locale))
        dialog.open()

    def _ask_to_end_others(self) -> None:
        if self._page.browser.is_dialog_open:
            return
        locale = self._locale

        async def end() -> None:
            viewer = await self._page.session.act()
            ended = await self._page.console.database.write(
                lambda session: sign_ins.end_others(session, viewer.user_id, viewer.session_id)
            )
            for session_id in ended:
                PageSession.end_all(session_id)
            await self._refresh()

        dialog = ConfirmDialog(
            self._page.browser,
            locale.say("Sign out everywhere else?"),
            locale.say("Sign out everywhere else"),
            end,
            is_destructive=True,
        )
        with dialog.filling():
            ui.label(locale.say("Only this browser stays signed in."))
        dialog.open()


def _card(title: str) -> ui.element:
    with ui.element("section").classes("card") as card:
        ui.html(escape(title), tag="h2").classes("card-title")
    return card


def _button(text: str, mark: str, act: object) -> ui.button:
    button = ui.button(text, on_click=act, color=None).props(  # type: ignore[arg-type]
        f'outline no-caps data-testid="{mark}"'
    )
    return button.mark(mark)
