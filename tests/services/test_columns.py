"""What the column types take and give."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from models import OperationRun, Workspace
from models.columns import from_now, utc_now
from services.database import Database
from tests.databases import postgresql_only, sqlite_only
from tests.services.runs import add_workspace, stored


def test_a_naive_time_is_refused_at_the_database_s_door(database: Database) -> None:
    """POLICY.md, case 8."""
    with pytest.raises(StatementError, match="naive"), database.writing() as session:
        session.add(Workspace(slug="x", name="x", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001


@sqlite_only
def test_times_are_stored_as_the_contract_says_and_come_back_aware(database: Database) -> None:
    moment = datetime(2026, 11, 24, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    with database.writing() as session:
        session.add(Workspace(slug="x", name="x", created_at=moment))

    with database.reading() as session:
        raw = session.execute(text("SELECT created_at FROM workspace")).scalar_one()
        back = session.get(Workspace, 1)

    assert raw == "2026-11-24 12:00:00.000000"
    assert back is not None
    assert back.created_at == moment
    assert back.created_at.tzinfo is UTC


def test_an_aware_time_comes_back_the_same_in_utc(database: Database) -> None:
    moment = datetime(2026, 11, 24, 13, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    with database.writing() as session:
        session.add(Workspace(slug="x", name="x", created_at=moment))

    with database.reading() as session:
        back = session.get(Workspace, 1)

    assert back is not None
    assert back.created_at == moment
    assert back.created_at.tzinfo is UTC


@sqlite_only
@pytest.mark.parametrize(
    ("stored_text", "seen"),
    [
        ("2026-11-24 12:00:00", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("2026-11-24T13:00:00+01:00", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_whatever_others_wrote_can_be_read(
    database: Database, stored_text: str, seen: datetime | None
) -> None:
    workspace_id = add_workspace(database)
    with database.writing() as session:
        session.execute(
            text(
                "INSERT INTO operation_run (workspace_id, type, created_at, context) "
                "VALUES (:workspace, 'x', :created, '{broken')"
            ),
            {"workspace": workspace_id, "created": stored_text},
        )

    run = stored(database, 1)

    assert run.created_at == seen
    assert run.context == "{broken"
    assert (run.status, run.version, run.runner) == ("queued", 1, "worker")


@postgresql_only
@pytest.mark.parametrize("document", ["1", '"text"', '"1"', "null", "[1, {}]", '{"a": "\\u00e4"}'])
def test_any_json_that_others_wrote_can_be_read(database: Database, document: str) -> None:
    workspace_id = add_workspace(database)
    with database.writing() as session:
        session.execute(
            text(
                "INSERT INTO operation_run (workspace_id, type, context) "
                "VALUES (:workspace, 'x', CAST(:document AS jsonb))"
            ),
            {"workspace": workspace_id, "document": document},
        )

    assert stored(database, 1).context == json.loads(document)


def test_a_nul_in_a_document_is_no_reason_to_lose_the_document(database: Database) -> None:
    workspace_id = add_workspace(database)
    document = {"na\0me": ["a\0b", 1, None], "path": "\\u0000"}
    with database.writing() as session:
        session.add(OperationRun(workspace_id=workspace_id, type="x", context=document))

    seen = stored(database, 1).context

    assert seen["path"] == "\\u0000"
    assert {name.replace("\ufffd", "\0") for name in seen} == set(document)


def test_a_span_counts_from_the_database_s_own_clock(database: Database) -> None:
    with database.reading() as session:
        now, past = session.execute(select(utc_now(), from_now(-timedelta(minutes=5.5)))).one()

    assert timedelta(minutes=5.5) <= now - past + timedelta(milliseconds=2)
    assert now - past < timedelta(minutes=6)
    assert now.tzinfo is past.tzinfo is UTC
