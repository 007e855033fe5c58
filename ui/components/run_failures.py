"""What went wrong in a run, grouped; nothing when nothing did."""

from collections.abc import Mapping
from typing import Any

from ui.components.viewed import Viewed


class RunFailures(Viewed, component="run_failures.js"):
    """What went wrong in a run, grouped; nothing when nothing did."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        super().__init__(words=words)
        self.mark("run-failure")
