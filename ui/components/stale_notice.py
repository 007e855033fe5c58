"""The notice beside a view that could not be refreshed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from nicegui import ui

from ui.presenters.moment import clock_time


class StaleNotice(ui.label):
    """Hidden while all is well."""

    def __init__(self) -> None:
        super().__init__("")
        self.classes("stale-notice").props('data-testid="stale-notice" role="status"')
        self.mark("stale-notice").set_visibility(False)

    def state(self, stale_since: datetime | None, zone: ZoneInfo) -> None:
        """Say since when the view is old, or nothing."""
        if stale_since is not None:
            since = clock_time(stale_since, zone)
            self.set_text(f"Refreshing fails at the moment. What you see was read at {since}.")
        self.set_visibility(stale_since is not None)
