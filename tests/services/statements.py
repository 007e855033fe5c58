"""What a database is asked, and how SQLite goes about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from services.database import Database


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, sql: str, *_: Any) -> None:
        seen.append(sql)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def explained(database: Database, sql: str) -> list[str]:
    """The steps of the plan for a statement, whatever its parameters."""
    with database.reading() as session:
        marks = [None] * sql.count("?")
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", tuple(marks))
        return [row[3] for row in plan]
