"""The kinds of failures of the last day."""

from collections.abc import Callable

from nicegui.events import GenericEventArguments

from ui.components.viewed import Viewed


class OverviewFailures(Viewed, component="overview_failures.js"):
    """Calls `acknowledge` or `withdraw` with the fingerprint that the person means."""

    def __init__(self, acknowledge: Callable[[str], None], withdraw: Callable[[str], None]) -> None:
        super().__init__()
        self.mark("overview-failures")
        self.on("acknowledge", lambda event: acknowledge(_fingerprint(event)))
        self.on("withdraw", lambda event: withdraw(_fingerprint(event)))


def _fingerprint(event: GenericEventArguments) -> str:
    """Whatever the browser sent, as a text that is compared only."""
    return str(event.args)[:64]
