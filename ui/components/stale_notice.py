"""The notice beside a view that could not be refreshed."""

from collections.abc import Callable
from datetime import datetime

from nicegui import ui

from ui.presenters.locale import Locale
from ui.presenters.moment import clock_time, in_utc


class StaleNotice(
    ui.label, default_classes="stale-notice", default_props='data-testid="stale-notice"'
):
    """Hidden while all is well."""

    def __init__(self, announce: Callable[[str], None]) -> None:
        super().__init__("")
        self._announce = announce
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
        if self.visible is not (stale_since is not None):
            self.set_visibility(stale_since is not None)
            self._announce(self.text if self.visible else locale.say("It is refreshed again."))
