"""The badge that says what the page is doing about refreshing, and why."""

from collections.abc import Mapping
from typing import Any

from ui.components.viewed import Viewed


class RefreshBadge(Viewed, component="refresh_badge.js"):
    """Shows the server's word, but says by itself when there is no connection to the server."""

    def __init__(self, surface: str, words: Mapping[str, Any]) -> None:
        super().__init__(words=words)
        self._props["surface"] = surface
        self.mark("refresh-badge")

    def enter(self, stage: Mapping[str, Any]) -> None:
        """Tell the browser once which scene the page begins with, and what shows which part."""
        self.set_plain("stage", stage)
