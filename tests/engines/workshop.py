"""An engine on a real database, and the runs that a test gives it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from jobs.distributed import DistributedEngine
from jobs.embedded import EmbeddedEngine
from jobs.engines import engine_for
from models import OperationRun
from services.database import Database
from services.operation_run_service import LEASE, OperationRunService
from services.run_terms import RunRequest
from stillwatch.operations import Operation
from tests.services.runs import add_workspace, stored
from tests.waiting import wait_until

Handler = Callable[..., Any]
AnyEngine = EmbeddedEngine | DistributedEngine
SOON = timedelta(milliseconds=300)


class Workshop:
    """One workspace on one database; engines come and go."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.workspace_id = add_workspace(database)

    def engine(
        self,
        handler: Handler,
        slots: int = 1,
        *,
        lease: timedelta = LEASE,
        **declared: Any,
    ) -> AnyEngine:
        operation = Operation("sample.work", "Sample", handler, **declared)
        return engine_for(
            self.database, {operation.type: operation}, slots, self.folder, lease=lease, sweep=SOON
        )

    @contextmanager
    def working(self, handler: Handler, slots: int = 1, **options: Any) -> Iterator[AnyEngine]:
        engine = self.engine(handler, slots, **options)
        engine.start()
        try:
            yield engine
        finally:
            engine.stop()

    def request(self, engine: AnyEngine, key: str = "key", **fields: Any) -> int:
        with self.database.writing() as session:
            service = OperationRunService(session, engine.enqueue)
            return service.request(
                RunRequest(self.workspace_id, "sample.work", key, **fields)
            ).run_id

    def run(self, run_id: int) -> OperationRun:
        return stored(self.database, run_id)

    def wait_for(self, run_id: int, status: str = "completed", seconds: float = 30) -> OperationRun:
        wait_until(lambda: self.run(run_id).status == status, seconds)
        return self.run(run_id)

    def count(self, status: str) -> int:
        with self.database.reading() as session:
            query = select(col(OperationRun.id)).where(col(OperationRun.status) == status)
            return len(session.scalars(query).all())

    @contextmanager
    def nodes(self, count: int, handler: Handler, slots: int) -> Iterator[AnyEngine]:
        """Several engines over the one database, as on several machines; SQLite has but one."""
        if self.database.is_sqlite:
            count, slots = 1, count * slots
        with ExitStack() as stack:
            engines = [stack.enter_context(self.working(handler, slots)) for _ in range(count)]
            yield engines[0]


class Tally:
    """How many are inside at once, by group, and how many at most."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.most: dict[Any, int] = {}
        self._inside: dict[Any, int] = {}
        self._lock = threading.Lock()

    def total(self) -> int:
        with self._lock:
            return sum(self._inside.values())

    @contextmanager
    def inside(self, group: Any) -> Iterator[None]:
        with self._lock:
            self._inside[group] = self._inside.get(group, 0) + 1
            self.most[group] = max(self.most.get(group, 0), self._inside[group])
        try:
            yield
        finally:
            with self._lock:
                self._inside[group] -= 1
