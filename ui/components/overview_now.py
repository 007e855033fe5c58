"""What runs now, and what waits."""

from ui.components.viewed import Viewed


class OverviewNow(Viewed, component="overview_now.js"):
    """Two tiles with their numbers; times count on in the browser."""

    def __init__(self) -> None:
        super().__init__()
        self.mark("overview-running", "overview-queue")
