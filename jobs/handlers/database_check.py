"""`database.check`: is the database whole, and does every run of the workspace make sense."""

import logging
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import RowMapping, TextClause, text

from jobs.context import RunContext
from jobs.handlers.invariants import findings
from policy.wording import said
from stillwatch.operations import option

_BATCH = 1000
_LOOK_EVERY = 0.25  # seconds between two looks at whether to stop
_MOST_PROBLEMS = 50
_COLUMNS = (
    "status",
    "outcome",
    "created_at",
    "started_at",
    "completed_at",
    "summary_counts",
)
_log = logging.getLogger("stillwatch.worker")

# Raw columns on purpose: reading through the models would hide what is to be found.
_READ_BATCH = (
    "SELECT id, {columns} FROM operation_run "
    "WHERE workspace_id = :workspace AND id > :after AND id <= :last "
    "ORDER BY id LIMIT :batch"
)
_COUNT = text(
    "SELECT count(*), coalesce(max(id), 0) FROM operation_run WHERE workspace_id = :workspace"
)


@dataclass(frozen=True, slots=True)
class CheckOptions:
    depth: Literal["quick", "full"] = option(
        "quick", hint=said("Full also compares every index with its table; on SQLite only.")
    )


QUICK = CheckOptions()


def check_database(context: RunContext, options: CheckOptions = QUICK) -> None:
    """Record what is wrong as failure groups; the run is partially succeeded when anything is."""
    with context.database.reading() as session:
        total, last = session.execute(_COUNT, {"workspace": context.run.workspace_id}).one()
    context.expect(total)
    context.checkpoint()
    if context.database.is_sqlite:
        _check_integrity(context, is_full=options.depth == "full")
    else:
        _log.info("run %s: the integrity of its files is the server's own affair", context.run.id)
        context.expect(total + 1)
        context.count(skipped=1)
    _check_runs(context, last)


def integrity_problems(
    context: RunContext, connection: sqlite3.Connection, *, is_full: bool = False
) -> list[str]:
    """What SQLite's own check finds; heeds `context` meanwhile. Needs a connection for any thread.

    It runs in a thread of its own: SQLite calls no progress handler while it walks a B-tree, and
    in a large file that takes many seconds.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="integrity") as aside:
        check = aside.submit(_integrity_check, connection, is_full)
        try:
            while not wait([check], _LOOK_EVERY).done:
                context.checkpoint()
        except BaseException:
            while not wait([check], 0.01).done:
                connection.interrupt()
            raise
        return check.result()


def _integrity_check(connection: sqlite3.Connection, is_full: bool) -> list[str]:
    check = "integrity_check" if is_full else "quick_check"
    try:
        rows = connection.execute(f"PRAGMA {check}({_MOST_PROBLEMS})").fetchall()
    except sqlite3.OperationalError:
        raise  # interrupted, locked, unreadable: says nothing of what is in the file
    except sqlite3.DatabaseError as error:
        return [str(error)]  # too damaged even to be checked
    return [str(row[0]) for row in rows if row[0] != "ok"]


def _check_integrity(context: RunContext, *, is_full: bool) -> None:
    with context.database.reading() as session:
        connection = session.connection().connection.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        problems = integrity_problems(context, connection, is_full=is_full)
    for problem in problems:
        context.failure("integrity", "The database file is damaged", sample=problem)


def _check_runs(context: RunContext, last: int) -> None:
    # As bytes: one text that is no UTF-8 would make the driver refuse the whole batch.
    form = "CAST({0} AS BLOB) AS {0}" if context.database.is_sqlite else "{0}"
    columns = ", ".join(form.format(name) for name in _COLUMNS)
    statement = text(_READ_BATCH.format(columns=columns))
    after = 0
    while batch := _read_batch(context, statement, after, last):
        broken = 0
        for run in batch:
            found = list(findings(_decoded(run)))
            broken += bool(found)
            for code, message in found:
                context.failure(code, message, sample=f"run {run['id']}")
        context.count(succeeded=len(batch) - broken, failed=broken)
        after = batch[-1]["id"]


def _read_batch(
    context: RunContext, statement: TextClause, after: int, last: int
) -> list[RowMapping]:
    with context.database.reading() as session:
        rows = session.execute(
            statement,
            {
                "workspace": context.run.workspace_id,
                "after": after,
                "last": last,
                "batch": _BATCH,
            },
        )
        return list(rows.mappings())


def _decoded(run: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        name: value.decode(errors="replace") if isinstance(value, bytes) else value
        for name, value in run.items()
    }
