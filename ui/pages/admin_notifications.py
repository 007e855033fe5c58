"""Administration → Notifications: by what a whole workspace is told."""

from functools import partial

from fastapi import Request
from nicegui import Client, ui
from sqlalchemy.orm import Session

from policy.access import Action
from services.auth import WorkspaceRef
from services.desk import Desk
from services.notifications.channels import Owner
from ui.administered import administered
from ui.components.channels_panel import ChannelsPanel, Deed, FoundChannels, find
from ui.console import Console
from ui.page import Page, begin
from ui.still_part import StillPart


def register(console: Console) -> None:
    """Serve /admin/notifications."""

    @ui.page("/admin/notifications")
    async def admin_notifications(request: Request, client: Client) -> None:
        page = begin(console, request, client)
        place = administered(page)
        if place is None:
            return
        read = partial(find, owner=Owner(page.viewer.user_id, workspace_id=place.id))
        found = await console.database.read(read)
        with page.framed("notification-keeping", page.session.locale.say("Notifications")):
            WorkspaceChannels(page, place, found)


class WorkspaceChannels:
    """The workspace's channels, for as long as the person administers it."""

    def __init__(self, page: Page, place: WorkspaceRef, found: FoundChannels) -> None:
        read = partial(find, owner=Owner(page.viewer.user_id, workspace_id=place.id))
        self._part: StillPart[FoundChannels] = StillPart(
            page, place, Action.ADMINISTER, read, self._show
        )
        with self._part.host:
            self._panel = ChannelsPanel(
                page,
                page.session.locale.say(
                    "Whoever reads these channels hears of runs of all tenants of {place}.",
                    place=place.name,
                ),
                found,
                self._do,
                place.id,
                is_own=False,
            )

    def _show(self, found: FoundChannels) -> None:
        self._panel.show(found)

    async def _do(self, deed: Deed) -> None:
        def carry_out(session: Session, desk: Desk) -> None:
            workspace = desk.enter(session)
            deed(session, Owner(desk.user_id, workspace_id=workspace.id))

        await self._part.do(carry_out)
