"""A table of runs whose rows stay where they are."""

from typing import Any

from ui.components.viewed import Viewed


class RunTable(Viewed, component="run_table.js"):
    """A semantic table, keyed by run; on a phone each row becomes a card."""

    def __init__(self, empty_text: str) -> None:
        super().__init__([])
        self._props["empty"] = empty_text
        self.mark("operations-table")

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.view
        return rows
