"""What is due by the clock is started once, however late, and by however many at once."""

import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from models import Tenant
from services.database import Database
from services.due_schedules import find_due, start_due
from services.operation_run_service import OperationRunService
from services.run_terms import Delivery, Requested
from tests.databases import sqlite_only
from tests.services.runs import add_workspace
from tests.services.schedule_rows import (
    OFFERS,
    add_schedule,
    ago,
    all_runs,
    stored_schedule,
    told,
)

ROOT = Path(__file__).resolve().parents[2]
NEW_YEAR = datetime(datetime.now(UTC).year, 1, 1, tzinfo=UTC)

# A node of its own: starts whatever it finds due, from the same moment as the others.
NODE = """
import sys
from jobs.scheduling import starting_due
from services.database import Database
from tests.services.schedule_rows import OFFERS

database = Database(sys.argv[1])
start = starting_due(database, lambda session, delivery: None, OFFERS)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(3):
    start()
database.close()
"""


def start(database: Database, schedule_id: int) -> Requested | None:
    with database.writing() as session:
        return start_due(session, lambda _session, _delivery: None, OFFERS, schedule_id)


def test_what_is_due_is_found_and_what_is_not_is_not(database: Database) -> None:
    workspace_id = add_workspace(database)
    later = add_schedule(database, workspace_id, next_at=ago(hours=1))
    first = add_schedule(database, workspace_id, next_at=ago(days=1))
    add_schedule(database, workspace_id, next_at=ago(days=-1))
    add_schedule(database, workspace_id, next_at=None)

    with database.reading() as session:
        found = find_due(session)

    assert [schedule.id for schedule in found] == [first, later]


@sqlite_only
def test_looking_for_what_is_due_reads_the_index(database: Database) -> None:
    with database.reading() as session:
        plan = session.execute(
            text("EXPLAIN QUERY PLAN SELECT id FROM schedule WHERE next_at <= '2026'")
        ).all()

    assert "USING INDEX ix_schedule_next" in str(plan).replace("COVERING ", "")


def test_a_due_schedule_starts_its_operation_and_moves_on(database: Database) -> None:
    workspace_id = add_workspace(database)
    schedule_id = add_schedule(database, workspace_id, options={"full": True})
    delivered: list[Delivery] = []

    with database.writing() as session:
        requested = start_due(
            session, lambda _session, delivery: delivered.append(delivery), OFFERS, schedule_id
        )

    (run,) = all_runs(database)
    assert requested == Requested(run.id, is_new=True)
    assert [delivery.run_id for delivery in delivered] == [run.id]
    assert (run.type, run.status, run.initiated_by_user_id) == ("sample.workspace", "queued", None)
    assert run.context == {
        "trigger": "schedule",
        "schedule": schedule_id,
        "occurrence": NEW_YEAR.isoformat(),
        "options": {"full": True},
    }
    schedule = stored_schedule(database, schedule_id)
    assert schedule.last_at == NEW_YEAR
    assert schedule.next_at == NEW_YEAR.replace(year=NEW_YEAR.year + 1)
    assert schedule.last_run_id == run.id
    assert told(database, schedule_id) == [
        ("schedule.started", {"occurrence": NEW_YEAR.isoformat(), "run_id": run.id})
    ]


def test_a_tenant_s_schedule_starts_the_tenant_s_run(database: Database) -> None:
    workspace_id = add_workspace(database)
    with database.writing() as session:
        session.add(Tenant(id=5, workspace_id=workspace_id, slug="contoso", name="Contoso"))
    schedule_id = add_schedule(database, workspace_id, type="sample.tenant", tenant_id=5)

    start(database, schedule_id)

    (run,) = all_runs(database)
    assert (run.workspace_id, run.tenant_id) == (workspace_id, 5)


def test_what_has_been_started_is_not_due_again(database: Database) -> None:
    schedule_id = add_schedule(database, add_workspace(database))
    start(database, schedule_id)

    again = start(database, schedule_id)

    assert again is None
    assert len(all_runs(database)) == 1


def test_of_missed_occurrences_the_latest_is_started_and_the_others_are_told(
    database: Database,
) -> None:
    three_years_ago = NEW_YEAR.replace(year=NEW_YEAR.year - 3)
    schedule_id = add_schedule(database, add_workspace(database), next_at=three_years_ago)

    start(database, schedule_id)

    (run,) = all_runs(database)
    assert run.context["occurrence"] == NEW_YEAR.isoformat()
    ((action, details),) = told(database, schedule_id)
    assert action == "schedule.started"
    assert (details["missed"], details["missed_since"]) == (3, three_years_ago.isoformat())


def test_an_occurrence_joins_the_run_that_is_still_active_and_says_so(database: Database) -> None:
    schedule_id = add_schedule(database, add_workspace(database), cron="* * * * *")
    first = start(database, schedule_id)
    make_due_again(database, schedule_id)

    second = start(database, schedule_id)

    (run,) = all_runs(database)
    assert first == Requested(run.id, is_new=True)
    assert second == Requested(run.id, is_new=False)
    action, details = told(database, schedule_id)[-1]
    assert (action, details["run_id"]) == ("schedule.skipped", run.id)
    assert details["reason"] == "a run of this operation is still active"


def test_the_next_occurrence_after_a_finished_run_starts_another(database: Database) -> None:
    schedule_id = add_schedule(database, add_workspace(database), cron="* * * * *")
    start(database, schedule_id)
    with database.writing() as session:
        OperationRunService(session).cancel(all_runs(database)[0].id or 0, 1, None)
    make_due_again(database, schedule_id)

    start(database, schedule_id)

    assert [run.status for run in all_runs(database)] == ["completed", "queued"]


def test_a_schedule_that_cannot_be_moved_on_starts_nothing(database: Database) -> None:
    schedule_id = add_schedule(database, add_workspace(database))

    with pytest.raises(ZeroDivisionError), database.writing() as session:
        start_due(session, lambda _session, _delivery: None, OFFERS, schedule_id)
        raise ZeroDivisionError

    assert all_runs(database) == []
    assert stored_schedule(database, schedule_id).next_at == NEW_YEAR


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"cron": "whenever"}, "five fields"),
        ({"cron": "0 0 31 2 *"}, "bad day-of-month"),
        ({"time_zone": "Mars/Olympus"}, "no time zone"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_paused_with_its_reason(
    database: Database, fields: dict[str, str], reason: str
) -> None:
    schedule_id = add_schedule(database, add_workspace(database), **fields)

    start(database, schedule_id)

    assert all_runs(database) == []
    assert stored_schedule(database, schedule_id).next_at is None
    ((action, details),) = told(database, schedule_id)
    assert action == "schedule.paused"
    assert reason in details["reason"]


@sqlite_only
def test_a_next_time_that_cannot_be_read_pauses_too(database: Database) -> None:
    schedule_id = add_schedule(database, add_workspace(database))
    with database.writing() as session:
        session.execute(text("UPDATE schedule SET next_at = '1 o''clock'"))

    start(database, schedule_id)

    assert told(database, schedule_id)[0][0] == "schedule.paused"
    with database.reading() as session:
        assert not find_due(session)


def test_three_nodes_at_once_start_each_occurrence_once(database: Database) -> None:
    workspaces = [add_workspace(database, f"acme-{number}") for number in range(10)]
    due = [add_schedule(database, workspace_id) for workspace_id in workspaces]
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", NODE, url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}

    with ExitStack() as stack:
        nodes = [
            stack.enter_context(subprocess.Popen(command, cwd=ROOT, text=True, **pipes))
            for _ in range(3)
        ]
        for node in nodes:
            assert node.stdout is not None
            assert node.stdout.readline() == "ready\n"
        for node in nodes:
            assert node.stdin is not None
            node.stdin.write("go\n")
            node.stdin.flush()

    assert [node.returncode for node in nodes] == [0, 0, 0]
    assert sorted(run.context["schedule"] for run in all_runs(database)) == due
    for schedule_id in due:
        assert [action for action, _ in told(database, schedule_id)] == ["schedule.started"]


def make_due_again(database: Database, schedule_id: int) -> None:
    with database.writing() as session:
        session.execute(
            text("UPDATE schedule SET next_at = :then WHERE id = :id"),
            {"then": sql_time(database, ago(minutes=1)), "id": schedule_id},
        )


def sql_time(database: Database, time: datetime) -> str | datetime:
    minute = time - timedelta(seconds=time.second, microseconds=time.microsecond)
    return minute.strftime("%Y-%m-%d %H:%M:%S.%f") if database.is_sqlite else minute
