"""How refreshing stands: the alarm, the figures, and the process."""

from ui.components.viewed import Viewed


class RefreshNow(Viewed, component="refresh_now.js"):
    """An alarm is read out when it appears; everything else is silent."""

    def __init__(self) -> None:
        super().__init__()
        self.mark("refresh-now")
