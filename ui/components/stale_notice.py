"""The notice beside a view that could not be refreshed."""

from datetime import datetime

from nicegui import ui

from ui.presenters.locale import Locale
from ui.presenters.moment import clock_time, in_utc


class StaleNotice(ui.label):
    """Hidden while all is well."""

    def __init__(self) -> None:
        super().__init__("")
        self.classes("stale-notice").props('data-testid="stale-notice" role="status"')
        self.mark("stale-notice").set_visibility(False)

    def state(self, stale_since: datetime | None, locale: Locale) -> None:
        """Say since when the view is old, or nothing."""
        if stale_since is not None:
            since = clock_time(stale_since, locale)
            self.set_text(
                locale.say(
                    "Refreshing fails at the moment. What you see was read at {time}.", time=since
                )
            )
            self.props["title"] = in_utc(stale_since)
        self.set_visibility(stale_since is not None)
