"""The bell of an open page: it changes with the looks that the page takes anyway."""

from collections.abc import Callable

from services.auth import Viewer
from ui.components.shell import Shell
from ui.presenters.locale import Locale
from ui.presenters.notifications import bell


class Bell:
    """Rings once when there is more to read; a look that finds nothing new sends nothing."""

    def __init__(
        self, shell: Shell, unread: int, locale: Locale, announce: Callable[[str], None]
    ) -> None:
        self._shell = shell
        self._unread = unread
        self._locale = locale
        self._announce = announce

    def __call__(self, viewer: Viewer) -> None:
        """Hear what a look has brought."""
        before, self._unread = self._unread, viewer.unread
        if viewer.unread == before or self._shell.is_deleted:
            return
        view = bell(viewer.unread, self._locale)
        self._shell.ring(view)
        if viewer.unread > before:
            self._announce(str(view["bell"]))
