"""What every process does about schedules as it sweeps."""

import logging
from typing import Any

import pytest
from sqlalchemy import event

from jobs.scheduling import starting_due
from jobs.sweeper import Chore
from services.database import Database
from tests.services.runs import add_workspace
from tests.services.schedule_rows import OFFERS, add_schedule, ago, all_runs, stored_schedule


def chore(database: Database) -> Chore:
    return starting_due(database, lambda _session, _delivery: None, OFFERS)


def test_everything_that_is_due_is_started_in_one_go(database: Database) -> None:
    due = [add_schedule(database, add_workspace(database, f"acme-{n}")) for n in range(3)]
    add_schedule(database, add_workspace(database), next_at=ago(days=-1))

    chore(database)()

    assert [run.context["schedule"] for run in all_runs(database)] == due


def test_while_nothing_is_due_one_statement_looks_and_none_writes(database: Database) -> None:
    add_schedule(database, add_workspace(database), next_at=ago(days=-1))
    start = chore(database)
    seen: list[str] = []

    def note(_c: Any, _u: Any, sql: str, _p: Any, _x: Any, _m: bool) -> None:
        seen.append(sql)

    event.listen(database.engine, "before_cursor_execute", note)
    start()
    event.remove(database.engine, "before_cursor_execute", note)

    assert [sql.split()[0] for sql in seen if not sql.startswith("BEGIN")] == ["SELECT"]


def test_an_operation_that_nobody_here_knows_waits_for_a_process_that_does(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    unknown = add_schedule(database, add_workspace(database, "first"), type="of.tomorrow")
    known = add_schedule(database, add_workspace(database, "second"))
    start = chore(database)

    with caplog.at_level(logging.WARNING, "stillwatch.worker"):
        start()
        start()

    assert [run.context["schedule"] for run in all_runs(database)] == [known]
    assert stored_schedule(database, unknown).next_at is not None
    assert [record.getMessage() for record in caplog.records] == [
        f"schedule {unknown} is due, but nobody here knows the operation 'of.tomorrow'"
    ]


def test_one_that_fails_keeps_no_other_from_starting(database: Database) -> None:
    first = add_schedule(database, add_workspace(database, "first"))
    second = add_schedule(database, add_workspace(database, "second"))

    refusals = [RuntimeError("no")]

    def refuse_the_first(_session: Any, _delivery: Any) -> None:
        if refusals:
            raise refusals.pop()

    with pytest.raises(RuntimeError, match="no"):
        starting_due(database, refuse_the_first, OFFERS)()

    assert stored_schedule(database, first).last_run_id is None
    assert stored_schedule(database, second).last_run_id is not None
