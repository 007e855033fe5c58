"""What the column types take and give."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from models import Workspace
from services.database import Database
from tests.services.runs import add_workspace, stored


def test_a_naive_time_is_refused_at_the_database_s_door(database: Database) -> None:
    """POLICY.md, case 8."""
    with pytest.raises(StatementError, match="naive"), database.writing() as session:
        session.add(Workspace(slug="x", name="x", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001


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


@pytest.mark.parametrize(
    ("stored_text", "seen"),
    [
        ("2026-11-24 12:00:00", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("2026-11-24T13:00:00+01:00", datetime(2026, 11, 24, 12, tzinfo=UTC)),
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
