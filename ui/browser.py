"""What the browser of one page reports: is it connected, is it visible, is a dialog open,
and in which language and time zone its person reads.

Reports are used to ask less, never to permit anything.
"""

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from nicegui import Client, core, ui
from nicegui.events import GenericEventArguments

from ui.presenters.locale import SOURCE_LANGUAGE, Locale

# One listener per document, however often the socket comes back; every call reports at once, and
# before that what the page shows: something may have been lost with the last socket.
_REPORT_VISIBILITY = """
window.stillwatchReport ??= (() => {
  window.socket.on('shown', stillwatchStages.receive);
  const report = () => emitEvent('visibility', document.visibilityState);
  document.addEventListener('visibilitychange', report);
  document.addEventListener('resume', report);
  return report;
})();
stillwatchStages.stand();
window.stillwatchReport();
"""
_UNKNOWN = Locale(SOURCE_LANGUAGE, ZoneInfo("UTC"))


class Browser:
    """The guards of one page, as last reported; tells its listeners about every change."""

    def __init__(self, client: Client, locale: Locale = _UNKNOWN) -> None:
        self.client = client
        self.locale = locale
        self.is_connected = False
        self.is_visible: bool | None = None
        self.was_ever_hidden = False
        self._listeners: list[Callable[[], None]] = []
        self._refreshers: list[Callable[[], None]] = []
        self._standers: list[Callable[[Mapping[str, object]], None]] = []
        with client:
            ui.on("visibility", self._hear)
            ui.on("standing", self._hear_standing)
        client.on_connect(self._connect)
        client.on_disconnect(self._disconnect)

    @property
    def is_dialog_open(self) -> bool:
        # Counted afresh each time: deleting an open dialog fires no event and keeps its value.
        for element in self.client.layout.default_slot.children:
            if isinstance(element, ui.dialog) and element.value and not element.is_deleted:
                return True
        return False

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` after anything reported here has changed."""
        self._listeners.append(listener)

    def changed(self) -> None:
        """Tell every listener; also called by dialogs, whose events come from the framework."""
        if not self.client.is_deleted:
            for listener in self._listeners:
                listener()

    def on_refresh(self, refresher: Callable[[], None]) -> None:
        """Call `refresher` when the person asks for everything to be refreshed."""
        self._refreshers.append(refresher)

    def refresh(self) -> None:
        """Refresh every live part of the page, as its own guards allow."""
        for refresher in self._refreshers:
            refresher()

    def on_standing(self, listener: Callable[[Mapping[str, object]], None]) -> None:
        """Call `listener` with the number of the scene that each surface stands at, by name."""
        self._standers.append(listener)

    def _hear_standing(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, Mapping):
            for listener in self._standers:
                listener(event.args)

    def _hear(self, event: GenericEventArguments) -> None:
        self.is_visible = event.args == "visible"
        self.was_ever_hidden |= not self.is_visible
        # A report proves a socket, also when it overtakes the framework's connect handler.
        self.is_connected = True
        self.changed()

    def _connect(self) -> None:
        self.is_connected = True
        self.client.run_javascript(_REPORT_VISIBILITY)

    def _disconnect(self) -> None:
        if self.client.has_socket_connection:
            return  # another socket of the same page is alive
        self.is_connected = False
        self.is_visible = None  # nothing is known until the page reports again
        self.changed()


class Dialog(ui.dialog):
    """A dialog that tells the page's guards when it opens, closes, or is deleted while open."""

    def __init__(self, browser: Browser, title: str = "") -> None:
        self._browser = browser
        self._title = title
        super().__init__()

    def build_title(self) -> None:
        """Put the title that the dialog goes by where it is read."""
        label = ui.label(self._title).classes("dialog-title").props('role="heading" aria-level="2"')
        self.props["aria-labelledby"] = label.html_id

    def _handle_value_change(self, value: object) -> None:
        super()._handle_value_change(value)
        self._browser.changed()

    def _handle_delete(self) -> None:
        super()._handle_delete()
        # The framework marks it deleted only after this; look again once it has. At interpreter
        # exit there is no loop any more, and nobody left to tell.
        if core.is_loop_running() and core.loop is not None:
            core.loop.call_soon_threadsafe(self._browser.changed)
