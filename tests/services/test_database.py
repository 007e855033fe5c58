"""Nobody waits for somebody else's database work."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services.auth import Auth
from services.database import Database
from tests.databases import Postgres
from tests.services.runs import add_workspace


def look(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM workspace")).scalar_one())


async def test_writers_who_wait_for_the_lock_keep_nobody_from_reading(
    sqlite_database: Database, database_file: Path
) -> None:
    add_workspace(sqlite_database)
    with closing(sqlite3.connect(database_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        auth = Auth(sqlite_database)
        waiting = [asyncio.create_task(auth.touch(number)) for number in range(40)]
        await asyncio.sleep(0)

        seen = await asyncio.wait_for(sqlite_database.read(look), 5)

        assert seen == 1
        assert not any(task.done() for task in waiting)
        other.execute("ROLLBACK")
        await asyncio.gather(*waiting)


async def test_a_slow_query_holds_up_neither_the_loop_nor_another_query(
    database: Database,
) -> None:
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) "
    running = asyncio.create_task(
        database.read(lambda s: s.execute(text(f"{slow} SELECT count(*) FROM n")).scalar_one())
    )
    await asyncio.sleep(0)

    quick = await database.read(look)

    assert quick == 0
    assert not running.done()
    assert await running == 3_000_000


def test_a_reading_session_sees_one_state_whatever_is_committed_meanwhile(
    database: Database,
) -> None:
    with database.reading() as session:
        before = look(session)
        add_workspace(database)
        after = look(session)

    assert (before, after) == (0, 0)


def test_a_restart_of_the_server_costs_the_next_transaction_nothing(
    own_postgres: Postgres,
) -> None:
    with own_postgres.new_database() as url:
        database = Database(url)
        add_workspace(database)

        own_postgres.server.restart()

        with database.reading() as session:
            assert look(session) == 1
        database.close()


def test_the_text_of_an_error_holds_no_value_of_its_statement(database: Database) -> None:
    with pytest.raises(SQLAlchemyError) as error, database.writing() as session:
        session.execute(text("SELECT :secret FROM nowhere"), {"secret": "hunter22222"})

    assert "hunter22222" not in str(error.value)
