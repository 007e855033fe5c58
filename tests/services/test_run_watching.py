"""What a page that watches a run reads of it: its place in the queue and its trail, at once."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, text, update
from sqlmodel import col

from models import AuditEntry, OperationRun, Runner, RunOutcome, User
from models.columns import from_now
from services import runs, workers
from services.database import Database
from services.operation_run_service import OperationRunService
from services.queue_place import MOST_AHEAD
from services.run_terms import Report
from services.run_trail import MOST_EVENTS
from services.runs import RunSnapshot
from tests.services.runs import add_workspace, request
from tests.services.statements import explained, statements

NOTHING = Report({}, [])


def queue(database: Database, workspace_id: int, key: str, **fields: Any) -> int:
    with database.writing() as session:
        return OperationRunService(session).request(request(workspace_id, key, **fields)).run_id


def look(database: Database, run_id: int, last: RunSnapshot | None = None) -> RunSnapshot:
    with database.reading() as session:
        run = runs.find_run(session, run_id, last)
        assert run is not None
        return run


def put_off(database: Database, run_id: int, by: timedelta) -> None:
    with database.writing() as session:
        session.execute(
            update(OperationRun)
            .where(col(OperationRun.id) == run_id)
            .values(available_at=from_now(by))
        )


def test_the_queue_is_ordered_by_priority_and_then_by_age(database: Database) -> None:
    here = add_workspace(database)
    first, second = queue(database, here, "first"), queue(database, here, "second")
    urgent = queue(database, here, "urgent", priority=5)
    late = queue(database, here, "late", priority=-1)

    positions = [look(database, run_id).queue_position for run_id in (urgent, first, second, late)]

    assert positions == [1, 2, 3, 4]


def test_what_is_not_due_and_what_is_not_the_workers_stands_in_nobodys_way(
    database: Database,
) -> None:
    here = add_workspace(database)
    later, outside = (
        queue(database, here, "later"),
        queue(database, here, "outside", runner=Runner.EXTERNAL),
    )
    waiting = queue(database, here, "waiting")
    put_off(database, later, timedelta(hours=1))

    assert look(database, waiting).queue_position == 1
    assert look(database, later).queue_position is None
    assert look(database, outside).queue_position is None

    put_off(database, later, -timedelta(seconds=1))
    assert look(database, waiting).queue_position == 2


def test_a_concurrency_limit_keeps_a_run_back(database: Database) -> None:
    here = add_workspace(database)
    limit = {"concurrency_key": "tenant-1", "concurrency_limit": 1}
    queue(database, here, "first", **limit)
    second, free = queue(database, here, "second", **limit), queue(database, here, "free")
    before = look(database, second)
    with database.writing() as session:
        OperationRunService(session).claim("w1")

    assert before.has_room is True
    assert look(database, second).has_room is False
    assert look(database, free).has_room is True


def test_other_workspaces_stand_in_the_same_queue(database: Database) -> None:
    here, there = add_workspace(database, "here"), add_workspace(database, "there")
    queue(database, there, "theirs")
    ours = queue(database, here, "ours")

    assert look(database, ours).queue_position == 2


def test_only_a_queued_run_has_a_place_and_hears_of_workers(database: Database) -> None:
    here = add_workspace(database)
    run_id = queue(database, here, "key")
    nobody = look(database, run_id)
    with database.writing() as session:
        workers.report_presence(session, "w1", 2)
    queued = look(database, run_id)
    with database.writing() as session:
        OperationRunService(session).claim("w1")
    running = look(database, run_id)

    assert nobody.worker_seen_at is None
    assert queued.worker_seen_at is not None
    assert queued.now - queued.worker_seen_at < timedelta(seconds=5)
    assert (running.queue_position, running.worker_seen_at) == (None, None)
    assert running.lease_owner == "w1"
    assert running.heartbeat_at is not None
    assert running.lease_until is not None


def test_a_long_queue_is_counted_only_as_far_as_anybody_cares(database: Database) -> None:
    here = add_workspace(database)
    with database.writing() as session:
        row = {"workspace_id": here, "type": "sample.work"}
        session.execute(insert(OperationRun), [row] * (MOST_AHEAD + 50))
    last = queue(database, here, "last")

    assert look(database, last).queue_position == MOST_AHEAD + 2


def test_the_place_in_the_queue_comes_from_the_small_index_of_active_runs(
    sqlite_database: Database,
) -> None:
    run_id = queue(sqlite_database, add_workspace(sqlite_database), "key")

    with statements(sqlite_database.engine) as seen:
        look(sqlite_database, run_id)

    plan = explained(sqlite_database, seen[-1])
    for alias in ("queued", "working"):
        steps = [step for step in plan if f" {alias} " in f"{step} "]
        assert len(steps) == 1
        assert "USING INDEX ix_operation_run_active (status=?" in steps[0]
    assert not [step for step in plan if "queued" in step and "B-TREE" in step]
    assert not [step for step in plan if step.startswith(("SCAN operation_run", "SCAN audit"))]


def test_a_run_and_its_trail_are_one_statement(database: Database) -> None:
    run_id = queue(database, add_workspace(database), "key")

    with statements(database.engine) as seen:
        run = look(database, run_id)

    assert len([sql for sql in seen if "SELECT" in sql]) == 1
    assert [entry.action for entry in run.trail.events] == ["run.requested"]
    assert run.trail.events[0].at is not None
    assert abs(run.trail.events[0].at - run.now) < timedelta(seconds=5)
    assert run.trail.events[0].details["type"] == "sample.work"


def test_only_what_is_new_of_the_trail_is_read_again(database: Database) -> None:
    run_id = queue(database, add_workspace(database), "key")
    first = look(database, run_id)
    with database.writing() as session:
        claimed = OperationRunService(session).claim("w1")
    assert claimed is not None
    taken = look(database, run_id, first)
    with database.writing() as session:
        OperationRunService(session).heartbeat(run_id, claimed.token, NOTHING)
    beaten = look(database, run_id, taken)
    with database.writing() as session:
        # Read again it would show; kept from the last read it does not.
        session.execute(text("UPDATE audit_entry SET action = 'run.rewritten'"))
        OperationRunService(session).complete(run_id, claimed.token, RunOutcome.SUCCEEDED, NOTHING)
    done = look(database, run_id, beaten)

    assert [entry.action for entry in taken.trail.events] == ["run.requested", "run.claimed"]
    assert beaten.version > taken.version
    assert beaten.trail is taken.trail
    assert [entry.action for entry in done.trail.events] == [
        "run.requested",
        "run.claimed",
        "run.completed",
    ]


def test_a_long_trail_keeps_its_newest_events_and_counts_the_others(database: Database) -> None:
    here = add_workspace(database)
    run_id, other = queue(database, here, "key"), queue(database, here, "other")
    add_events(database, run_id, MOST_EVENTS)
    add_events(database, other, 3)
    whole = look(database, run_id)
    add_events(database, run_id, 2)
    grown, fresh = look(database, run_id, whole), look(database, run_id)

    assert whole.trail.earlier == 1  # the request
    assert grown.trail.earlier == fresh.trail.earlier == 3
    assert grown.trail == fresh.trail
    assert len(grown.trail.events) == MOST_EVENTS


def add_events(database: Database, run_id: int, count: int) -> None:
    row = {"object_type": "operation_run", "object_id": run_id, "action": "run.noted"}
    with database.writing() as session:
        session.execute(insert(AuditEntry), [row] * count)


def test_the_trail_names_who_did_it(database: Database) -> None:
    run_id = queue(database, add_workspace(database), "key")
    with database.writing() as session:
        person = User(email="ada@example.test", name="Ada", password_hash="none")
        session.add(person)
        session.flush()
        OperationRunService(session).cancel(run_id, 1, person.id)

    entries = look(database, run_id).trail.events

    assert [(entry.action, entry.actor_name) for entry in entries] == [
        ("run.requested", None),
        ("run.cancelled", "Ada"),
    ]


def test_an_entry_that_is_no_json_does_not_hide_the_others(sqlite_database: Database) -> None:
    run_id = queue(sqlite_database, add_workspace(sqlite_database), "key")
    with sqlite_database.writing() as session:
        session.execute(text("UPDATE audit_entry SET details = '{broken', at = 'yesterday'"))

    entry = look(sqlite_database, run_id).trail.events[0]

    assert (entry.at, entry.details) == (None, "{broken")


def test_lists_do_not_ask_for_places_or_trails(database: Database) -> None:
    here = add_workspace(database)
    queue(database, here, "key")

    with statements(database.engine) as seen, database.reading() as session:
        runs.find_page(session, runs.Scope(here, None))

    assert not [sql for sql in seen if "queue_position" in sql or "audit_entry" in sql]
