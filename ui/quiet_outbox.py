"""A page's outbox that costs nothing while there is nothing to send.

The framework's own is a task per page that wakes every second to see whether the page is still
there, and ten times a second while its browser is away. Here whoever puts something in has it sent
in the next turn of the event loop; a page whose browser is away is served when it comes back.
"""

import asyncio
import logging
import time
from collections.abc import Iterator
from typing import Any

from nicegui import Client, client, core
from nicegui.dependencies import JsComponent
from nicegui.outbox import Deleted, Message, Outbox
from socketio.async_manager import AsyncManager

from ui import fan_out
from ui.as_read import digest_of

# Of what is replaced here, as it was read. After an upgrade: read it again, then note it here.
READ = "c6dbe27a648bee23"
_read = (Outbox, AsyncManager.emit)
_log = logging.getLogger("stillwatch.outbox")


def install_quiet_outbox() -> None:
    """Give every page from now on such an outbox; the framework's own, if that is not as read."""
    if digest_of(_read) != READ:
        _log.warning("the framework's outbox is not the one that was read; its own is used")
        return
    client.Outbox = QuietOutbox  # type: ignore[misc]
    # The engine would look after each socket in turn, five times a second for a hundred of them.
    # With websockets alone that is for nothing: who reads one gives it up when no pong comes.
    core.sio.eio.start_service_task = False
    core.app.on_connect(_come_back)


class QuietOutbox(Outbox):
    """The same messages, numbers and history, without a task."""

    def __init__(self, client: Client) -> None:
        self._event_loop: asyncio.AbstractEventLoop | None = None
        self._is_due = False
        super().__init__(client)

    async def loop(self) -> None:
        """Begin; called once, when there is an event loop."""
        self._event_loop = asyncio.get_running_loop()
        self.wake()

    def wake(self) -> None:
        """Send what there is, once whoever is at work now has done."""
        # At the interpreter's exit dialogs are still deleted, with nobody left to be told.
        if self._event_loop is None or self._event_loop.is_closed():
            return
        if not self._is_due:
            self._is_due = True
            self._event_loop.call_soon(self._send_all)

    _set_enqueue_event = wake

    def _send_all(self) -> None:
        self._is_due = False
        client = self._client()
        if self._should_stop or client is None or not client.has_socket_connection:
            return  # what there is stays, until the browser is back
        try:
            messages = [*self._news_of_elements(client), *self.messages]
        except Exception as error:
            core.app.handle_exception(error)
            return
        self.updates.clear()
        self.messages.clear()
        for message in messages:
            try:
                self._send(message, client)
            except Exception as error:
                core.app.handle_exception(error)

    def _news_of_elements(self, client: Client) -> Iterator[Message]:
        if not self.updates:
            return
        news: dict[Any, Any] = {}
        components: dict[str, JsComponent] = {}
        for number, element in self.updates.items():
            if isinstance(element, Deleted):
                news[number] = None
                continue
            news[number] = element._to_dict()
            component = element.component
            if isinstance(component, JsComponent) and component.name not in self._loaded_components:
                components[component.name] = component
        if components:
            self._loaded_components.update(components)
            named = [{"key": one.key, "tag": one.tag} for one in components.values()]
            yield client.id, "load_js_components", {"components": named}
        yield client.id, "update", news

    def _send(self, message: Message, client: Client) -> None:
        room, kind, data = message
        data["_id"] = self.next_message_id
        fan_out.send_to_room(room, kind, data)
        self.message_history.append((self.next_message_id, time.time(), message))
        self._forget_what_is_old(client)
        self.next_message_id += 1

    def _forget_what_is_old(self, client: Client) -> None:
        engine = core.sio.eio
        longest_away = client.page.resolve_reconnect_timeout()
        oldest = time.time() - engine.ping_interval - engine.ping_timeout - longest_away
        history = self.message_history
        while history and history[0][1] < oldest:
            history.popleft()
        while len(history) > core.app.config.message_history_length:
            history.popleft()


def _come_back(client: Client) -> None:
    if isinstance(client.outbox, QuietOutbox):
        client.outbox.wake()
