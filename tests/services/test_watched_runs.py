"""Many watched runs are one statement, which reads of each only what has changed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update
from sqlmodel import col

from models import AuditEntry, OperationRun, RunOutcome, Tenant
from services.database import Database
from services.operation_run_service import OperationRunService
from services.run_snapshot import RunSnapshot
from services.run_terms import Report
from services.watched_runs import find_run, find_watched
from tests.services.runs import add_workspace, request
from tests.services.statements import explained, statements
from tests.services.test_run_watching import queue

EXAMPLES = count()
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def look(database: Database, known: Mapping[int, RunSnapshot | None]) -> Mapping[int, Any]:
    with database.reading() as session:
        return find_watched(session, known)


def change(database: Database, run_id: int, **columns: Any) -> None:
    with database.writing() as session:
        session.execute(
            update(OperationRun).where(col(OperationRun.id) == run_id).values(**columns)
        )


def as_of(run: Any) -> Any:
    return None if run is None else replace(run, now=NOW)


@pytest.fixture
def three(database: Database) -> tuple[int, int, int]:
    here = add_workspace(database)
    with database.writing() as session:
        tenant = Tenant(workspace_id=here, slug="contoso", name="Contoso")
        session.add(tenant)
        session.flush()
        tenant_id = tenant.id
    return (
        queue(database, here, "first", context={"step": 1}),
        queue(database, here, "second", tenant_id=tenant_id),
        queue(database, here, "third"),
    )


def test_all_watched_runs_are_one_statement_of_one_moment(
    database: Database, three: tuple[int, int, int]
) -> None:
    with statements(database.engine) as seen:
        found = look(database, dict.fromkeys((*three, 4711)))

    assert len([sql for sql in seen if "SELECT" in sql]) == 1
    assert set(found) == set(three)
    assert len({run.now for run in found.values()}) == 1
    assert [found[run_id].queue_position for run_id in three] == [1, 2, 3]


def test_nobody_who_watches_nothing_asks_for_anything(database: Database) -> None:
    assert look(database, {}) == {}


def test_one_run_reads_as_it_does_among_many(
    database: Database, three: tuple[int, int, int]
) -> None:
    found = look(database, dict.fromkeys(three))

    with database.reading() as session:
        alone = {run_id: find_run(session, run_id) for run_id in three}
    assert {run_id: as_of(run) for run_id, run in found.items()} == {
        run_id: as_of(run) for run_id, run in alone.items()
    }


def test_what_is_stored_is_taken_over_while_the_version_stands(
    database: Database, three: tuple[int, int, int]
) -> None:
    first, second, _third = three
    before = look(database, dict.fromkeys(three))
    # Nobody writes so; but what is read of it shows that it was read.
    change(database, first, context={"step": 2})
    change(database, second, context={"step": 2}, version=9)

    after = look(database, before)

    assert after[first].context is before[first].context
    assert after[first].now > before[first].now
    assert after[second].context == {"step": 2}
    assert (after[second].tenant_name, after[second].version) == ("Contoso", 9)


def test_a_place_in_the_queue_moves_without_a_version(
    database: Database, three: tuple[int, int, int]
) -> None:
    first, second, third = three
    before = look(database, dict.fromkeys(three))
    with database.writing() as session:
        OperationRunService(session).claim("w1")

    after = look(database, before)

    assert [after[run_id].queue_position for run_id in three] == [None, 1, 2]
    assert after[third].version == before[third].version
    assert after[second].trail is before[second].trail
    assert after[first].trail.events[:1] == before[first].trail.events
    assert after[first].trail.events[0] is before[first].trail.events[0]


def test_each_run_hears_only_of_what_is_new_to_itself(
    database: Database, three: tuple[int, int, int]
) -> None:
    first, second, third = three
    old = look(database, dict.fromkeys(three))
    with database.writing() as session:
        for run_id in (first, second):
            session.add(
                AuditEntry(object_type="operation_run", object_id=run_id, action="run.noted")
            )
        session.flush()
    newer = look(database, {second: old[second]})

    found = look(database, {first: old[first], second: newer[second], third: None})

    for run_id, actions in (
        (first, ["run.requested", "run.noted"]),
        (second, ["run.requested", "run.noted"]),
        (third, ["run.requested"]),
    ):
        assert [entry.action for entry in found[run_id].trail.events] == actions


def test_a_run_that_is_gone_is_left_out(database: Database, three: tuple[int, int, int]) -> None:
    first, second, third = three
    known = look(database, dict.fromkeys(three))
    with database.writing() as session:
        session.execute(text("DELETE FROM operation_run WHERE id = :id"), {"id": third})

    assert set(look(database, known)) == {first, second}


def test_what_other_programs_wrote_wrongly_is_read_as_on_a_first_look(
    sqlite_database: Database,
) -> None:
    run_id = queue(sqlite_database, add_workspace(sqlite_database), "key")
    known = look(sqlite_database, {run_id: None})
    with sqlite_database.writing() as session:
        session.execute(
            text(
                "UPDATE operation_run SET context = '{broken', created_at = 'yesterday',"
                " type = CAST('sample' AS BLOB), version = version + 1"
            )
        )

    run = look(sqlite_database, known)[run_id]

    assert (run.context, run.created_at, run.type) == ("{broken", None, "sample")


DEEDS = st.lists(
    st.tuples(st.sampled_from(["queue", "claim", "beat", "complete", "look"]), st.integers(0, 9)),
    max_size=25,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_whatever_happens_what_is_carried_on_equals_a_fresh_look(
    database: Database, deeds: list[tuple[str, int]]
) -> None:
    here = add_workspace(database, f"acme-{next(EXAMPLES)}")
    watched: dict[int, RunSnapshot | None] = {}
    held: list[tuple[int, str]] = []
    for number, (deed, choice) in enumerate(deeds):
        with database.writing() as session:
            service = OperationRunService(session)
            if deed == "queue":
                run = service.request(request(here, f"{here}-{number}", priority=choice % 3))
                watched[run.run_id] = None
            elif deed == "claim" and (claimed := service.claim(f"w{choice}")):
                held.append((claimed.id, claimed.token))
            elif deed == "beat" and held:
                run_id, token = held[choice % len(held)]
                service.heartbeat(run_id, token, Report({"done": number}, []))
            elif deed == "complete" and held:
                run_id, token = held.pop(choice % len(held))
                service.complete(run_id, token, RunOutcome.SUCCEEDED, Report({}, []))
        if deed == "look":
            watched = {**watched, **look(database, dict(list(watched.items())[: choice + 1]))}

    carried_on, fresh = look(database, watched), look(database, dict.fromkeys(watched))

    assert list(map(as_of, carried_on.values())) == list(map(as_of, fresh.values()))


def test_every_step_of_the_statement_is_a_search(sqlite_database: Database) -> None:
    run_id = queue(sqlite_database, add_workspace(sqlite_database), "key")

    with statements(sqlite_database.engine) as seen:
        look(sqlite_database, {run_id: None})

    scanned = [step for step in explained(sqlite_database, seen[-1]) if step.startswith("SCAN")]
    tables = ("operation_run", "audit", "queued", "working", "tenant", "initiator", "user")
    assert not [step for step in scanned if step.split()[1].startswith(tables)]
