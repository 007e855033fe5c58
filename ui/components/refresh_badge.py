"""The badge that says what the page is doing about refreshing, and why."""

from collections.abc import Mapping
from typing import Any

from ui.components.viewed import Viewed
from ui.presenters.badge import BadgeView


class RefreshBadge(Viewed, component="refresh_badge.js"):
    """Shows the server's word, but says by itself when there is no connection to the server."""

    def __init__(self, surface: str, words: Mapping[str, Any]) -> None:
        empty = {"text": "", "utc": "", "reason": "", "interval": "", "tone": "waiting"}
        super().__init__(empty, words)
        self.set_plain("surface", surface)
        self.set_plain("version", "")
        self.mark("refresh-badge")

    def show(self, view: Any, version: str | None = None) -> bool:
        """Show `view` and, when given, which version of the record is on the screen."""
        is_new = version is not None and version != self._props["version"]
        if is_new:
            self.set_plain("version", version)
            self.update()
        return super().show(view) or is_new

    def state(self, view: BadgeView, version: str) -> bool:
        """Show `view`, and which version of the record is on the screen."""
        return self.show(dict(view), version)
