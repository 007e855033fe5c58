"""Another program at work on the runs that are watched: it writes straight into the database."""

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.watching.tally import Tally

_SQL = """UPDATE operation_run SET version = version + 1, summary_counts = ?, heartbeat_at = ?,
lease_until = ?, started_at = ? WHERE id = ? RETURNING version"""
_LEASE = timedelta(minutes=5)


class Writer:
    """Changes each run once a second, each at its own moment of it.

    With each change its phase is said to have begun so many seconds ago, so that the pace at which
    it is asked for stays the same for as long as anybody likes.
    """

    def __init__(self, path: Path, runs: Sequence[tuple[int, float]], tally: Tally) -> None:
        self._path = path
        self._runs = runs
        self._tally = tally
        self._task: asyncio.Task[None] | None = None
        self._count = 0

    def start(self) -> None:
        self._task = asyncio.create_task(self._write())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        with closing(sqlite3.connect(self._path, timeout=30, isolation_level=None)) as database:
            database.execute("PRAGMA synchronous = NORMAL")
            due, pause = loop.time(), 1 / len(self._runs)
            while True:
                self._change(database, *self._runs[self._count % len(self._runs)])
                self._count += 1
                due += pause
                await asyncio.sleep(max(0.0, due - loop.time()))

    def _change(self, database: sqlite3.Connection, run_id: int, age: float) -> None:
        now = datetime.now(UTC)
        done = self._count // len(self._runs) % 100_000
        counts = {"total": 100_000, "processed": done, "succeeded": done - done // 50}
        counts |= {"failed": done // 50, "skipped": 0}
        times = map(text_time, (now, now + _LEASE, now - timedelta(seconds=age)))
        values = (json.dumps(counts), *times, run_id)
        # Committed with the statement; fetching the row to its end is what ends it.
        ((version,),) = database.execute(_SQL, values).fetchall()
        self._tally.committed(f"/operations/{run_id}", version)


def text_time(moment: datetime) -> str:
    """A time as SQLite stores it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
