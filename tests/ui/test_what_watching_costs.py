"""What two hundred viewers of two hundred runs ask of a real database while nothing changes."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from nicegui import client
from nicegui.testing import User
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models import Membership, OperationRun, UserSession, Workspace
from models import User as Person
from models.columns import utc_now
from services.auth import Auth
from services.database import Database
from services.snapshots import SharedReads
from services.watched_runs import find_run
from tests.services.statements import statements
from tests.stepped_loop import stepped
from tests.ui.watched_run import RunPage, settle
from tests.ui.wire import fetched_page, simulated_user
from ui.quiet_outbox import install_quiet_outbox

T = TypeVar("T")
VIEWERS = 200
BEATS = 5


class InTurn(Database):
    """A database that is read on the event loop: in stepped time nothing waits for a thread."""

    async def read(self, work: Callable[[Session], T]) -> T:
        await asyncio.sleep(0)
        with self.reading() as session:
            return work(session)


def console_over(database: Database) -> Any:
    # The simulation forgets what it has imported; so this is that of this simulation.
    from ui.console import compose

    time = asyncio.get_running_loop().time
    nothing: Any = None
    auth = Auth(database)
    composed = compose(database, auth, nothing, {}, secret="-", is_secure=False)
    return replace(
        composed,
        access=SharedReads("access", auth.viewers_of_sessions, time),
        runs=SharedReads("run", composed.runs._read, time),
        clock=time,
    )


def fill(database: Database) -> list[tuple[int, int]]:
    """Runs that have just begun, each with a session of its own."""
    with database.writing() as session:
        now = session.scalar(select(utc_now()))
        session.add(Workspace(id=1, slug="northwind", name="Northwind"))
        session.flush()
        both = range(1, VIEWERS + 1)
        add = partial(add_all, session)
        add(
            Person,
            [{"id": n, "email": f"{n}@x.test", "name": "Ada", "password_hash": "-"} for n in both],
        )
        add(Membership, [{"workspace_id": 1, "user_id": n, "role": "operator"} for n in both])
        signed_in = {"created_at": now, "last_active_at": now}
        add(UserSession, [{"id": n, "user_id": n, "token_hash": f"{n}", **signed_in} for n in both])
        run = {
            "workspace_id": 1,
            "type": "database.check",
            "status": "running",
            "runner": "external",
        }
        add(OperationRun, [{"id": n, **run, "created_at": now, "started_at": now} for n in both])
    return [(n, n) for n in both]


def add_all(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(table), rows)


async def watch(user: User, console: Any, session_id: int, run_id: int) -> RunPage:
    viewers = await console.auth.viewers_of_sessions({session_id: None})
    with console.database.reading() as session:
        run = find_run(session, run_id)
    assert run is not None
    page = RunPage(console, run, await fetched_page(user), viewers[session_id])
    await page.wire.connect()
    page.report("visible")
    return page


def test_while_nothing_changes_a_beat_is_one_statement_for_the_runs_and_one_for_the_rights(
    database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "Outbox", client.Outbox)  # put back afterwards
    database = InTurn(f"sqlite:///{database_file}")

    @stepped
    async def watch_all() -> None:
        async with simulated_user() as user:
            install_quiet_outbox()
            console = console_over(database)
            pages = [await watch(user, console, *one) for one in fill(database)]
            await asyncio.sleep(2.5)
            for page in pages:
                page.wire.heard()

            with statements(database.engine) as seen:
                await asyncio.sleep(BEATS)
                await settle()

            asked = [sql for sql in seen if "SELECT" in sql]
            assert len([sql for sql in asked if "user_session" in sql]) == BEATS
            assert len([sql for sql in asked if "operation_run" in sql]) == BEATS
            assert len(asked) == 2 * BEATS
            assert [page.wire.heard() for page in pages] == [[]] * VIEWERS
            assert {page.live._armed for page in pages} == {1}

    watch_all()
    database.close()
