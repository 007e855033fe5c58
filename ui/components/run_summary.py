"""The status of a run, how far it has come, and whose it is."""

from collections.abc import Mapping
from typing import Any

from ui.components.viewed import Viewed


class RunSummary(Viewed, component="run_summary.js"):
    """The status of a run, how far it has come, and whose it is."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        super().__init__(words=words)
        self.mark("run-status", "run-counts")
