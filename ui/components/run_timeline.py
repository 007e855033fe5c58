"""The phases of a run with their durations, and what happened in them."""

from collections.abc import Mapping
from typing import Any

from ui.components.viewed import Patch, Viewed


class RunTimeline(Viewed, component="run_timeline.js"):
    """The phases of a run with their durations, and what happened in them."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        super().__init__(words=words)
        self.mark("run-timeline")

    @classmethod
    def patch(cls, before: Any, view: Any) -> Patch | None:
        """Nothing when only the running phase has grown: the browser counts."""
        if before is not None and _at_rest(before) == _at_rest(view):
            return None
        return super().patch(before, view)


def _at_rest(view: Any) -> Any:
    entries = [
        {**entry, "seconds": None} if entry["running"] else entry for entry in view["entries"]
    ]
    return {**view, "entries": entries}
