"""Administration → Tokens: by which programs act in the workspace."""

from functools import partial

from fastapi import Request
from nicegui import Client, ui

from policy.access import Action
from policy.wording import said
from services import token_desk
from services.admin_terms import AdministrationError
from services.auth import WorkspaceRef
from services.token_desk import OwnedToken
from ui.administered import administered, head
from ui.components.confirm_dialog import ConfirmDialog
from ui.components.form_dialog import FormDialog
from ui.components.record_table import RecordTable
from ui.components.secret_dialog import show_secret
from ui.console import Console
from ui.page import Page, begin
from ui.presenters.tokens import tokens_table
from ui.presenters.words import clipped
from ui.still_part import StillPart

Found = list[OwnedToken]


def register(console: Console) -> None:
    """Serve /admin/tokens."""

    @ui.page("/admin/tokens")
    async def admin_tokens(request: Request, client: Client) -> None:
        page = begin(console, request, client)
        place = administered(page)
        if place is None:
            return
        found = await console.database.read(partial(token_desk.find_tokens, workspace_id=place.id))
        with page.framed("tokens", page.session.locale.say("Tokens")):
            TokensPanel(page, place, found)


class TokensPanel:
    """The table of tokens, and the dialogs that make and end them."""

    def __init__(self, page: Page, place: WorkspaceRef, found: Found) -> None:
        self._page = page
        self._locale = locale = page.session.locale
        self._found = found
        read = partial(token_desk.find_tokens, workspace_id=place.id)
        self._part: StillPart[Found] = StillPart(page, place, Action.ADMINISTER, read, self._show)
        with self._part.host:
            head(
                locale.say("Programs act in {place} by a token.", place=place.name),
                locale.say("Create token"),
                "create-token",
                self._ask_to_create,
            )
            self._table = RecordTable(tokens_table(found, locale), self._act)

    def _show(self, found: Found) -> None:
        self._found = found
        self._table.show(tokens_table(found, self._locale))

    def _act(self, token_id: int, what: str) -> None:
        one = next((one.token for one in self._found if one.token.id == token_id), None)
        if one is None or self._page.browser.is_dialog_open:
            return
        locale = self._locale

        async def revoke() -> None:
            await self._part.do(lambda session, desk: token_desk.revoke(session, desk, token_id))

        title = locale.say("Revoke the token {name}?", name=clipped(one.name, 80))
        dialog = ConfirmDialog(
            self._page.browser, title, locale.say("Revoke"), revoke, is_destructive=True
        )
        with dialog.filling():
            ui.label(locale.say("Whoever uses it is refused from now on, for good."))
        dialog.open()

    def _ask_to_create(self) -> None:
        if self._page.browser.is_dialog_open:
            return
        locale = self._locale

        async def create() -> None:
            given = str(name.value or "")
            token = await self._part.do(
                lambda session, desk: token_desk.create(session, desk, given, _days(days.value))
            )
            show_secret(
                self._page,
                locale.say("The token {name}", name=clipped(given.strip(), 80)),
                locale.say("It is shown once and stored nowhere: copy it now."),
                token,
            )

        dialog = FormDialog(
            self._page, locale.say("Create a token"), locale.say("Create token"), create
        )
        with dialog.filling():
            name = dialog.text(
                locale.say("Name"),
                "token-name",
                hint=locale.say("Who uses it, as in nightly-export."),
            )
            name.props("autofocus")
            days = dialog.text(
                locale.say("Expires after days"),
                "token-days",
                hint=locale.say("Until it is revoked when empty."),
            )
            days.props('inputmode="numeric"')
        dialog.open()


def _days(given: object) -> int | None:
    text = str(given or "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise AdministrationError(said("The number of days is a whole number."))
    return int(text)
