"""The badge that says what the page is doing about refreshing, and why."""

from ui.components.viewed import Viewed
from ui.presenters.badge import BadgeView


class RefreshBadge(Viewed, component="refresh_badge.js"):
    """Shows the server's word, but says by itself when there is no connection to the server."""

    def __init__(self, surface: str) -> None:
        super().__init__({"text": "", "reason": "", "interval": "", "tone": "waiting"})
        self._props["surface"] = surface
        self._props["version"] = ""
        self.mark("refresh-badge")

    def state(self, view: BadgeView, version: str) -> None:
        """Show `view`, and which version of the record is on the screen."""
        if version != self._props["version"]:
            self._props["version"] = version
            self.update()
        self.show(dict(view))
