"""The types of runs that stand out."""

from ui.components.viewed import Viewed


class OverviewTypes(Viewed, component="overview_types.js"):
    """Those that fail most beside the slowest."""

    def __init__(self) -> None:
        super().__init__()
        self.mark("overview-types")
