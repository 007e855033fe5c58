"""The channels of a person or of a workspace, and the log of what was sent by them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

from nicegui import ui
from sqlalchemy.orm import Session

from policy.wording import said
from services.notifications import channels
from services.notifications.channels import ChannelError, ChannelRecord, Owner
from services.notifications.delivery_log import DeliveryRecord, find_deliveries
from ui.administered import head
from ui.components.confirm_dialog import ConfirmDialog
from ui.components.form_dialog import FormDialog
from ui.components.record_table import RecordTable
from ui.page import Page
from ui.presenters.notifications import EVENTS, channels_table, deliveries_table
from ui.presenters.words import clipped

Deed = Callable[[Session, Owner], Any]


@dataclass(frozen=True, slots=True)
class FoundChannels:
    """What the panel shows."""

    channels: list[ChannelRecord]
    deliveries: list[DeliveryRecord]


def find(session: Session, owner: Owner) -> FoundChannels:
    """The channels of an owner with their log."""
    return FoundChannels(channels.find_channels(session, owner), find_deliveries(session, owner))


class ChannelsPanel:
    """Two cards; `do` carries a deed out as the owner, or refuses, and then shows what is stored.

    A trial message is sent by a run of the workspace `trials_in`.
    """

    def __init__(
        self,
        page: Page,
        about: str,
        found: FoundChannels,
        do: Callable[[Deed], Awaitable[Any]],
        trials_in: int | None,
        *,
        is_own: bool,
    ) -> None:
        self._page = page
        self._locale = locale = page.session.locale
        self._do = do
        self._trials_in = trials_in
        self._is_own = is_own
        self._found = found
        head(about, locale.say("Add channel"), "add-channel", self._ask_to_add)
        self._channels = RecordTable(self._channels_view(), self._act)
        _title(locale.say("Delivery log"))
        self._log = RecordTable(deliveries_table(found.deliveries, locale))

    def show(self, found: FoundChannels) -> None:
        """Put what is stored on the screen."""
        self._found = found
        self._channels.show(self._channels_view())
        self._log.show(deliveries_table(found.deliveries, self._locale))

    def _channels_view(self) -> dict[str, Any]:
        return channels_table(self._found.channels, self._locale, is_own=self._is_own)

    def _act(self, channel_id: int, what: str) -> None:
        one = next((one for one in self._found.channels if one.id == channel_id), None)
        if one is None or self._page.browser.is_dialog_open:
            return
        if what == "try":
            self._ask_to_try(one)
        else:
            self._ask_to_remove(one)

    def _ask_to_try(self, one: ChannelRecord) -> None:
        locale, console = self._locale, self._page.console

        async def send() -> None:
            if self._trials_in is None:
                raise ChannelError(said("Only who is in a workspace can send something."))
            await self._do(
                partial(
                    channels.try_channel,
                    channel_id=one.id,
                    workspace_id=self._trials_in,
                    enqueue=console.enqueue,
                    language=locale.language,
                )
            )

        title = locale.say("Send a test message by {name}?", name=clipped(one.name, 80))
        dialog = ConfirmDialog(self._page.browser, title, locale.say("Send"), send)
        dialog.label_dismiss(locale.say("Dismiss"))
        with dialog.filling():
            ui.label(locale.say("A run sends it; what came of it is in the delivery log."))
        dialog.open()

    def _ask_to_remove(self, one: ChannelRecord) -> None:
        locale = self._locale

        async def remove() -> None:
            await self._do(partial(channels.remove_channel, channel_id=one.id))

        title = locale.say("Remove the channel {name}?", name=clipped(one.name, 80))
        dialog = ConfirmDialog(
            self._page.browser, title, locale.say("Remove"), remove, is_destructive=True
        )
        with dialog.filling():
            ui.label(locale.say("Its address is forgotten; the delivery log stays."))
        dialog.open()

    def _ask_to_add(self) -> None:
        if self._page.browser.is_dialog_open:
            return
        locale, console = self._locale, self._page.console

        async def add() -> None:
            given = str(address.value or "")
            # Loads the library at its first call, which takes a second.
            accepted = await console.database.off_loop(partial(console.outlet.accept, given))
            await self._do(
                partial(
                    channels.add_channel,
                    name=str(name.value or ""),
                    address=accepted,
                    events="all" if events is None else str(events.value),
                )
            )

        dialog = FormDialog(self._page, locale.say("Add a channel"), locale.say("Add"), add)
        with dialog.filling():
            name = dialog.text(locale.say("Name"), "channel-name")
            name.props("autofocus")
            address = dialog.text(
                locale.say("Address"), "channel-address", hint=self._address_hint()
            )
            address.props('type="password" autocomplete="new-password"')
            events = None
            if not self._is_own:
                options = {kind: locale.told(words) for kind, words in EVENTS.items()}
                events = dialog.choice(locale.say("Told of"), "channel-events", options, "failed")
        dialog.open()

    def _address_hint(self) -> str:
        if self._page.console.outlet.mail_url is not None:
            return self._locale.say("An e-mail address, or an Apprise URL as of Slack or ntfy.")
        return self._locale.say("An Apprise URL, as in ntfys://my-topic; it is not shown again.")


def _title(text: str) -> None:
    ui.html(escape(text), tag="h2").classes("card-title log-title")
