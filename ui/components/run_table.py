"""A table of runs whose rows stay where they are."""

from collections.abc import Mapping
from typing import Any

from ui.components.viewed import Viewed


class RunTable(Viewed, component="run_table.js"):
    """A semantic table, keyed by run; on a phone each row becomes a card."""

    def __init__(self, empty_text: str, words: Mapping[str, Any]) -> None:
        super().__init__([], words)
        self._props["empty"] = empty_text
        self.mark("operations-table")

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.view
        return rows
