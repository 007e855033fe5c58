"""A table of records that are administered: what each is, and what can be done with it."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui.events import GenericEventArguments

from ui.components.viewed import Viewed


class RecordTable(Viewed, component="record_table.js"):
    """A semantic table; on a phone each row becomes a card.

    `act` is called with the id of a row on the screen and the key of one of its acts.
    """

    def __init__(self, view: Any, act: Callable[[int, str], Any] | None = None) -> None:
        super().__init__(view)
        self._act = act
        self.mark(view["testid"])
        if act is not None:
            self.on("act", self._hear)

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = self.view["rows"]
        return rows

    def _hear(self, event: GenericEventArguments) -> Any:
        # A browser may send anything; only what is offered on the screen is done.
        offered = {(row["id"], act["key"]) for row in self.rows for act in row["acts"]}
        asked = event.args if isinstance(event.args, list) else []
        if self._act is None or [type(one) for one in asked] != [int, str]:
            return None
        return self._act(*asked) if tuple(asked) in offered else None
