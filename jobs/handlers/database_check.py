"""`database.check`: is the database whole, and does every run of the workspace make sense."""

import sqlite3
from typing import Any

from sqlalchemy import text

from jobs.context import RunContext
from jobs.handlers.invariants import findings

_BATCH = 1000
_STEPS_BETWEEN_LOOKS = 100_000

# Raw text on purpose: reading through the models would hide what is to be found.
_READ_BATCH = text(
    "SELECT id, status, outcome, created_at, started_at, completed_at, summary_counts "
    "FROM operation_run WHERE workspace_id = :workspace AND id > :after AND id <= :last "
    "ORDER BY id LIMIT :batch"
)
_COUNT = text(
    "SELECT count(*), coalesce(max(id), 0) FROM operation_run WHERE workspace_id = :workspace"
)


def check_database(context: RunContext) -> None:
    """Record what is wrong as failure groups; the run is partially succeeded when anything is."""
    with context.database.reading() as session:
        total, last = session.execute(_COUNT, {"workspace": context.run.workspace_id}).one()
    context.expect(total)
    context.checkpoint()
    if context.database.is_sqlite:
        _check_integrity(context)
    _check_runs(context, last)


def _check_integrity(context: RunContext) -> None:
    """SQLite's own check; it looks up now and then, so that a cancellation is heard."""
    with context.database.reading() as session:
        connection = session.connection().connection.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        interruption: list[Exception] = []

        def look_up() -> int:
            try:
                context.checkpoint()
            except Exception as error:  # carried out of SQLite's callback, raised below
                interruption.append(error)
            return len(interruption)

        connection.set_progress_handler(look_up, _STEPS_BETWEEN_LOOKS)
        try:
            problems = [row[0] for row in connection.execute("PRAGMA quick_check(50)")]
        except sqlite3.OperationalError:
            if interruption:
                raise interruption[0] from None
            raise
        finally:
            connection.set_progress_handler(None, 0)
    for problem in problems:
        if problem != "ok":
            context.failure("integrity", "The database file is damaged", sample=str(problem))


def _check_runs(context: RunContext, last: int) -> None:
    after = 0
    while batch := _read_batch(context, after, last):
        broken = 0
        for run in batch:
            found = list(findings(run))
            broken += bool(found)
            for code, message in found:
                context.failure(code, message, sample=f"run {run['id']}")
        context.count(succeeded=len(batch) - broken, failed=broken)
        after = batch[-1]["id"]


def _read_batch(context: RunContext, after: int, last: int) -> list[Any]:
    with context.database.reading() as session:
        rows = session.execute(
            _READ_BATCH,
            {
                "workspace": context.run.workspace_id,
                "after": after,
                "last": last,
                "batch": _BATCH,
            },
        )
        return list(rows.mappings())
