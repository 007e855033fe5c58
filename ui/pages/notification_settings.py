"""By what one is told outside the console: one's own channels."""

from functools import partial

from fastapi import Request
from nicegui import Client, ui

from services.notifications.channels import own
from ui.components.channels_panel import ChannelsPanel, Deed, FoundChannels, find
from ui.console import Console
from ui.page import Page, begin
from ui.shown_again import when_shown_again


def register(console: Console) -> None:
    """Serve /settings/notifications."""

    @ui.page("/settings/notifications")
    async def notification_settings(request: Request, client: Client) -> None:
        page = begin(console, request, client)
        found = await console.database.read(partial(find, owner=own(page.viewer.user_id)))
        with page.framed("notification-settings", page.session.locale.say("How you are told")):
            OwnChannels(page, found)


class OwnChannels:
    """One's own channels; each deed asks first whether the sign-in still lives."""

    def __init__(self, page: Page, found: FoundChannels) -> None:
        self._page = page
        place = page.viewer.workspace
        when_shown_again(page.browser, partial(page.session.look, fresh=True))
        with ui.element("div").classes("panel-host"):
            self._panel = ChannelsPanel(
                page,
                page.session.locale.say(
                    "You are told in the page in any case, and by each of these channels."
                ),
                found,
                self._do,
                None if place is None else place.id,
                is_own=True,
            )

    async def _do(self, deed: Deed) -> None:
        viewer, database = await self._page.session.act(), self._page.console.database
        owner = own(viewer.user_id)
        try:
            await database.write(lambda session: deed(session, owner))
        finally:
            self._panel.show(await database.read(partial(find, owner=owner)))
