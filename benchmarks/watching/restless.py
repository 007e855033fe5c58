"""People who never sit still, and runs that come and go under their eyes."""

import asyncio
import random
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from benchmarks.watching.tally import Tally
from benchmarks.watching.viewer import Viewer
from benchmarks.watching.world import add_runs
from benchmarks.watching.writer import text_time

_LIVE_RUNS = 12
_RUN_SECONDS = 20.0  # of one run, from its begin to its end
_DWELL_SECONDS = (3.0, 25.0)
_AWAY_SECONDS = (0.5, 12.0)
_DISMISSED = 0.8  # of dialogs
_OTHER_PAGES = ("/operations", "/operations?status=failed", "/overview", "/tenants/contoso")
_FINISH = """UPDATE operation_run SET status = 'completed', outcome = 'succeeded',
completed_at = ?, version = version + 1 WHERE id = ?"""
_CHANGE = "UPDATE operation_run SET version = version + 1, heartbeat_at = ? WHERE id = ?"

Deed = Callable[[Viewer], Coroutine[Any, Any, None]]


class Restless:
    """So many people, each with one page at a time, until they are told to stop."""

    def __init__(self, url: str, data_dir: Path, clients: list[httpx.AsyncClient]) -> None:
        self.opened = self.failed = 0
        self._url = url
        self._data_dir = data_dir
        self._clients = clients
        self._tally = Tally()
        self._runs: list[int] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._dice = random.Random(6)

    async def start(self, people: int) -> None:
        self._runs = add_runs(self._data_dir, [0.0] * _LIVE_RUNS)
        self._tasks = [asyncio.create_task(self._replace_runs())]
        for number in range(people):
            client = self._clients[number % len(self._clients)]
            self._tasks.append(asyncio.create_task(self._wander(client)))

    async def stop(self) -> None:
        """Everybody leaves the page where they are; open ones are lost, as in earnest."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _wander(self, client: httpx.AsyncClient) -> None:
        await asyncio.sleep(self._dice.uniform(0, 5))
        while True:
            viewer = Viewer(self._url, self._any_path(), "1 s", self._tally)
            try:
                await viewer.open(client)
                self.opened += 1
                await self._visit(viewer)
            except (TimeoutError, OSError, httpx.HTTPError, ValueError, KeyError):
                self.failed += 1
            finally:
                with suppress(Exception):
                    await asyncio.shield(self._leave(viewer))
            await self._pause(_AWAY_SECONDS)

    async def _visit(self, viewer: Viewer) -> None:
        deeds: tuple[Deed, ...] = (self._hide, self._ask, self._lose, self._look)
        for _ in range(self._dice.randint(1, 3)):
            await self._pause(_DWELL_SECONDS)
            await self._dice.choice(deeds)(viewer)

    async def _look(self, viewer: Viewer) -> None:
        await self._pause(_DWELL_SECONDS)

    async def _hide(self, viewer: Viewer) -> None:
        await viewer.show("hidden")
        await self._pause(_DWELL_SECONDS)
        await viewer.show("visible")

    async def _ask(self, viewer: Viewer) -> None:
        """Ask for a dialog, where there is one to ask for, and mostly close it again."""
        # On a run that has ended it is refused.
        with suppress(TimeoutError, KeyError):
            await viewer.click("run-cancel", patience=3.0)
            await self._pause(_DWELL_SECONDS)
            if self._dice.random() < _DISMISSED:
                await viewer.click("dismiss", patience=0.5)

    async def _lose(self, viewer: Viewer) -> None:
        """The network goes, and comes back while the server still knows the page."""
        await viewer.drop()
        await self._pause(_AWAY_SECONDS)
        await viewer.connect()

    async def _leave(self, viewer: Viewer) -> None:
        await (viewer.drop() if self._dice.random() < 0.3 else viewer.close())

    async def _replace_runs(self) -> None:
        path = self._data_dir / "stillwatch.db"
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as database:
            while True:
                for place, run_id in enumerate(list(self._runs)):
                    now = text_time(datetime.now(UTC))
                    database.execute(_FINISH, (now, run_id)).fetchall()
                    ahead = timedelta(seconds=self._dice.uniform(0, 30)).total_seconds()
                    (self._runs[place],) = add_runs(self._data_dir, [ahead])
                    for _ in range(int(_RUN_SECONDS)):
                        await asyncio.sleep(1 / _LIVE_RUNS)
                        database.execute(_CHANGE, (text_time(datetime.now(UTC)), run_id))
                        database.execute(_CHANGE, (now, self._runs[place]))

    def _any_path(self) -> str:
        if self._dice.random() < 0.3:
            return self._dice.choice(_OTHER_PAGES)
        return f"/operations/{self._dice.choice(self._runs)}"

    async def _pause(self, between: tuple[float, float]) -> None:
        await asyncio.sleep(self._dice.uniform(*between))
