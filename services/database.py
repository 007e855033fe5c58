"""The one place where sessions are opened: off the event loop, one transaction a call."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from services import metrics
from services.slow_statements.keeping import statements
from services.write_turns import WriteTurns

T = TypeVar("T")

_THREADS = 16
_WRITING_THREADS = 4
# A server that has vanished without a word must not be waited for: leases run out meanwhile.
_IMPATIENT = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_BUSY_TIMEOUT_MS = 10_000


class Database:
    """Transactions on one database, for threads (`reading`, `writing`) and for the event loop
    (`read`, `write`).

    A slow statement occupies one of 16 threads, never the loop: one person's slow query delays
    nobody else's page. Writers have threads of their own, so that all who wait for the write lock
    together keep nobody from reading.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._readers = self.engine.execution_options(**_reader_options(self.engine))
        self._writers = self.engine.execution_options(stillwatch_writes=True)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="database")
        self._writing = ThreadPoolExecutor(_WRITING_THREADS, thread_name_prefix="writing")
        self._reads_in_hand = 0

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def is_behind(self) -> bool:
        """Whether another read would have to wait for a thread."""
        return self._reads_in_hand >= _THREADS

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one consistent state and is rolled back at the end."""
        with Session(self._readers, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back whole when its body raises."""
        with Session(self._writers, expire_on_commit=False) as session, session.begin():
            yield session

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a reading session, off the event loop."""
        self._reads_in_hand += 1
        try:
            return await _in_thread(self._threads, self.reading, work)
        finally:
            self._reads_in_hand -= 1

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a writing session, off the event loop."""
        return await _in_thread(self._writing, self.writing, work)

    async def off_loop(self, work: Callable[[], T]) -> T:
        """Run any blocking `work` (hashing, files) off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        for pool in (self._threads, self._writing):
            pool.shutdown(wait=True, cancel_futures=True)
        self.engine.dispose()


def wait_for_turn(session: Session, name: str) -> None:
    """Let only one transaction at a time go on from here, among those that give this `name`."""
    # On SQLite whoever writes has waited already.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


async def _in_thread(
    pool: ThreadPoolExecutor, transaction: Callable[[], Any], work: Callable[[Session], T]
) -> T:
    def transact() -> T:
        with transaction() as session:
            return work(session)

    return await asyncio.get_running_loop().run_in_executor(pool, transact)


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_size=_THREADS,
            max_overflow=_THREADS,
            pool_pre_ping=True,  # after a restart of the server no first query fails
            connect_args=_IMPATIENT,
        )
    else:
        engine = create_engine(
            url,
            hide_parameters=True,  # an error's text is logged, and what a statement holds is not
            poolclass=QueuePool,
            pool_size=_THREADS,
            max_overflow=_THREADS,
            connect_args={"check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        turns = WriteTurns(_BUSY_TIMEOUT_MS / 1000)
        event.listen(engine, "begin", partial(_begin_sqlite, turns))
        event.listen(engine, "checkin", turns.give_back)
    event.listen(engine, "before_cursor_execute", _start_clock)
    event.listen(engine, "after_cursor_execute", _stop_clock)
    return engine


def _reader_options(engine: Engine) -> dict[str, Any]:
    if engine.dialect.name == "sqlite":
        return {}  # a transaction sees one state there anyway
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see below
    # One text that is none, of another program, would fail the statement for all its other rows.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(turns: WriteTurns, connection: Connection) -> None:
    # A writer takes the lock at once: upgrading a read transaction fails instead of waiting.
    if connection.get_execution_options().get("stillwatch_writes"):
        turns.take(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")


def _start_clock(
    connection: Connection, _cursor: Any, _sql: str, _params: Any, _context: Any, _many: bool
) -> None:
    connection.info["stillwatch_started"] = time.perf_counter()


def _stop_clock(
    connection: Connection, _cursor: Any, sql: str, _params: Any, context: Any, _many: bool
) -> None:
    seconds = time.perf_counter() - connection.info.pop("stillwatch_started")
    metrics.db_seconds.observe(seconds)
    # As it was composed: the same text however many values a list in it has been given.
    composed = getattr(context, "compiled", None)
    statements.observe(sql if composed is None else composed.string, seconds)
