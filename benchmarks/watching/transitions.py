"""Runs that come, start and end under the eyes of those who look at lists of them."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.watching.writer import text_time

_ADD = """INSERT INTO operation_run (workspace_id, tenant_id, type, status, runner, created_at)
VALUES (1, 1, 'directory.sync', 'queued', 'external', :now) RETURNING id"""
_START = """UPDATE operation_run SET status = 'running', started_at = :now, version = version + 1
WHERE id = :run_id"""
_END = """UPDATE operation_run SET status = 'completed', outcome = 'succeeded',
completed_at = :now, version = version + 1 WHERE id = :run_id"""


class Transitions:
    """So many steps a second, each in a transaction of its own."""

    def __init__(self, path: Path, per_second: float) -> None:
        self._path = path
        self._pause = 1 / per_second
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _go_on(self) -> None:
        loop = asyncio.get_running_loop()
        due, run_id = loop.time(), 0
        with closing(sqlite3.connect(self._path, timeout=30, isolation_level=None)) as database:
            while True:
                for step in (_ADD, _START, _END):
                    values = {"now": text_time(datetime.now(UTC)), "run_id": run_id}
                    for row in database.execute(step, values).fetchall():
                        run_id = row[0]
                    due += self._pause
                    await asyncio.sleep(max(0.0, due - loop.time()))
