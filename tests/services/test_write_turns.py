"""Threads of one process that write to one SQLite file."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from services.database import Database
from services.write_turns import WriteTurns
from tests.services.runs import add_workspace
from tests.waiting import wait_until


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


def test_a_writer_asks_for_the_lock_only_when_the_one_before_it_is_done(
    database: Database,
) -> None:
    asked: list[int] = []

    def note(_c: Any, _u: Any, sql: str, _p: Any, _x: Any, _m: bool) -> None:
        if sql == "BEGIN IMMEDIATE":
            asked.append(threading.get_ident())

    event.listen(database.engine, "before_cursor_execute", note)
    second = threading.Thread(target=add_workspace, args=(database, "second"))
    with database.writing() as session:
        session.execute(text("SELECT 1"))
        second.start()
        with database.reading() as reader:  # reading needs no turn
            reader.execute(text("SELECT 1"))
        first_alone = list(asked)
    second.join()

    assert first_alone == [threading.get_ident()]
    assert len(asked) == 2


def test_a_turn_ends_however_its_transaction_ends(database: Database, database_file: Path) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        session.execute(text("SELECT 1"))
        raise ZeroDivisionError
    with closing(sqlite3.connect(database_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        event.listen(database.engine, "checkout", impatient)
        with pytest.raises(OperationalError, match="locked"):
            add_workspace(database)

    assert add_workspace(database) == 1


def test_who_waits_in_vain_for_a_turn_goes_on_to_the_lock_itself(database: Database) -> None:
    turns = WriteTurns(longest_wait=0.0)
    with database.engine.connect() as one, database.engine.connect() as other:
        turns.take(one)
        turns.take(other)
        turns.give_back(None, record_of(other))  # had none, so ends none
        turns.take(other)
        turns.give_back(None, record_of(one))
        turns.take(other)

        assert "stillwatch_turn" in other.info
        turns.give_back(None, record_of(other))


def test_many_writers_at_once_all_come_to_their_turn(database: Database) -> None:
    done: list[str] = []

    def write(name: str) -> None:
        for number in range(10):
            add_workspace(database, f"{name}-{number}")
        done.append(name)

    for number in range(8):
        threading.Thread(target=write, args=(f"w{number}",), daemon=True).start()
    wait_until(lambda: len(done) == 8, 30)

    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM workspace")) == 80


def impatient(connection: Any, _record: Any, _proxy: Any) -> None:
    connection.execute("PRAGMA busy_timeout = 20")


def record_of(connection: Any) -> Any:
    return connection.connection._connection_record
