"""What one was told: the runs that have ended, newest first."""

from functools import partial

from fastapi import Request
from nicegui import Client, ui
from sqlalchemy.orm import Session

from services.notifications import inbox
from services.notifications.inbox import Inbox, find_inbox
from ui.administered import head
from ui.components.record_table import RecordTable
from ui.console import Console
from ui.page import Page, begin, read_id
from ui.presenters.notifications import inbox_table
from ui.shown_again import when_shown_again


def register(console: Console) -> None:
    """Serve /notifications."""

    @ui.page("/notifications")
    async def notifications(request: Request, client: Client, before: str = "") -> None:
        page = begin(console, request, client)
        older_than = read_id(before)
        read = partial(find_inbox, viewer=page.viewer, older_than=older_than)
        found = await console.database.read(read)
        with page.framed("notifications", page.session.locale.say("Notifications")):
            InboxPanel(page, found, older_than)


class InboxPanel:
    """The list; it is read again after a deed, and when the tab comes back."""

    def __init__(self, page: Page, found: Inbox, older_than: int | None) -> None:
        self._page = page
        self._locale = locale = page.session.locale
        self._found = found
        self._older_than = older_than
        with ui.element("div").classes("panel-host"):
            head(
                locale.say("Runs that you asked to be told of."),
                locale.say("Mark all read"),
                "mark-all-read",
                self._mark_all,
                icon="done_all",
            )
            self._table = RecordTable(inbox_table(found, locale), self._act)
            with ui.element("nav").classes("paging") as links:
                links.props["aria-label"] = locale.say("Pages")
                if older_than is not None:
                    ui.link(locale.say("← Newest"), "/notifications")
                if found.older_than is not None:
                    ui.link(
                        locale.say("Older →"), f"/notifications?before={found.older_than}"
                    ).mark("older")
                ui.link(locale.say("How you are told"), "/settings/notifications").mark(
                    "notification-settings"
                )
        when_shown_again(page.browser, self._refresh)

    async def _act(self, notification_id: int, what: str) -> None:
        await self._do(partial(inbox.mark_read, notification_id=notification_id))

    async def _mark_all(self) -> None:
        if self._found.items:
            await self._do(partial(inbox.mark_all_read, up_to=self._found.items[0].id))

    async def _do(self, deed: partial[None]) -> None:
        viewer = await self._page.session.act()

        def carry_out(session: Session) -> None:
            deed(session, viewer.user_id)

        await self._page.console.database.write(carry_out)
        await self._refresh()

    async def _refresh(self) -> None:
        viewer = await self._page.session.look(fresh=True)
        if viewer is None:
            return
        read = partial(find_inbox, viewer=viewer, older_than=self._older_than)
        self._found = await self._page.console.database.read(read)
        self._table.show(inbox_table(self._found, self._locale))
