"""The slowest statements, each to be opened for all of its text."""

from ui.components.viewed import Viewed


class SlowStatementList(Viewed, component="slow_statements.js"):
    """What is open stays open, wherever the statement moves to."""

    def __init__(self) -> None:
        super().__init__()
        self.mark("slow-statements")
