"""A table of runs whose rows stay where they are."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui.events import GenericEventArguments

from models import BulkAction
from ui.components.viewed import Patch, Viewed


class RunTable(Viewed, component="run_table.js"):
    """A semantic table, keyed by run; on a phone each row becomes a card.

    With `ask` its rows are selected, and it is called with what is to be done to which of them.
    """

    def __init__(
        self,
        empty_text: str,
        words: Mapping[str, Any],
        ask: Callable[[BulkAction, frozenset[int]], None] | None = None,
    ) -> None:
        super().__init__([], words)
        self.set_plain("empty", empty_text)
        self.set_plain("selectable", ask is not None)
        self._ask = ask
        self.mark("operations-table")
        if ask is not None:
            self.on("bulk", self._hear)

    @classmethod
    def patch(cls, before: Any, view: Any) -> Patch | None:
        """The rows that have changed; not those that only run on, as the browser counts."""
        if len(before) != len(view):
            return super().patch(before, view)
        pairs = enumerate(zip(before, view, strict=True))
        changed = {n: row for n, (old, row) in pairs if _at_rest(row) != _at_rest(old)}
        return {"+": changed} if changed else None

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.view
        return rows

    def _hear(self, event: GenericEventArguments) -> None:
        # A browser may send anything; only rows on the screen are asked about.
        match event.args:
            case [("cancel" | "retry") as deed, [*ids]] if self._ask is not None:
                known = {row["id"] for row in self.rows}
                asked = frozenset(n for n in ids if type(n) is int and n in known)
                self._ask(BulkAction(deed), asked)


def _at_rest(row: dict[str, Any]) -> dict[str, Any]:
    elapsed = row["elapsed"]
    return {**row, "elapsed": {**elapsed, "seconds": None}} if elapsed["running"] else row
