"""Runs that come, start and end under the eyes of those who look at lists of them."""

import asyncio
import sqlite3
from collections import deque
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.watching.writer import text_time

# So many wait and are at work at any time that those on a page outlast what is measured.
_QUEUED, _RUNNING = 300, 600
_ADD = """INSERT INTO operation_run (workspace_id, tenant_id, type, status, runner, created_at)
VALUES (1, 1, 'directory.sync', 'queued', 'external', ?) RETURNING id"""
_START = """UPDATE operation_run SET status = 'running', started_at = ?, version = version + 1
WHERE id = ?"""
_END = """UPDATE operation_run SET status = 'completed', outcome = 'succeeded', completed_at = ?,
version = version + 1 WHERE id = ?"""


class Transitions:
    """So many steps a second, each in a transaction of its own: the oldest ends, the next starts,
    another one comes.
    """

    def __init__(self, path: Path, per_second: float) -> None:
        self._path = path
        self._pause = 1 / per_second
        self._queued: deque[int] = deque()
        self._running: deque[int] = deque()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        with closing(sqlite3.connect(self._path, timeout=30)) as database, database:
            for _ in range(_QUEUED + _RUNNING):
                self._add(database)
            for _ in range(_RUNNING):
                self._begin(database)
        self._task = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _go_on(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        with closing(sqlite3.connect(self._path, timeout=30, isolation_level=None)) as database:
            while True:
                for step in (self._end, self._begin, self._add):
                    step(database)
                    due += self._pause
                    await asyncio.sleep(max(0.0, due - loop.time()))

    def _add(self, database: sqlite3.Connection) -> None:
        ((run_id,),) = database.execute(_ADD, (_now(),)).fetchall()
        self._queued.append(run_id)

    def _begin(self, database: sqlite3.Connection) -> None:
        run_id = self._queued.popleft()
        database.execute(_START, (_now(), run_id))
        self._running.append(run_id)

    def _end(self, database: sqlite3.Connection) -> None:
        database.execute(_END, (_now(), self._running.popleft()))


def _now() -> str:
    return text_time(datetime.now(UTC))
