"""A process with an engine in it, driven over its standard input: `python -m benchmarks.node`.

Its one operation notes when it was called, and does nothing. Times are `time.monotonic_ns()`,
which all processes of a machine share.
"""

import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from jobs.context import RunContext
from jobs.engines import engine_for
from services.database import Database
from services.operation_run_service import OperationRunService
from services.run_terms import RunRequest
from stillwatch.operations import Operation

TYPE = "bench.nothing"
_NOTHING_TO_ASK = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class Node:
    """Each method is a command; what it returns is its answer."""

    def __init__(self, url: str, slots: int, folder: Path) -> None:
        self._database = Database(url)
        self._started: dict[int, int] = {}
        self._statements: Counter[str] = Counter()
        operations = {TYPE: Operation(TYPE, "Nothing", self._note_start)}
        self._engine = engine_for(self._database, operations, slots, folder)
        event.listen(self._database.engine, "before_cursor_execute", self._count)
        self._engine.start()

    def request(self, workspace_id: int, count: int, pause_ms: float) -> dict[int, int]:
        """Request runs one by one, at uneven distances; when each was committed."""
        committed = {}
        for number in range(count):
            run_id, at = self._request(workspace_id, f"{time.monotonic_ns()}-{number}")
            committed[run_id] = at
            if pause_ms:
                time.sleep(random.uniform(0.5, 1.5) * pause_ms / 1000)
        return committed

    def starts(self) -> dict[int, int]:
        """When each run's handler was called, since this was last asked."""
        started, self._started = self._started, {}
        return started

    def statements(self) -> dict[str, int]:
        """How many statements SQLAlchemy sent since this was last asked."""
        counted, self._statements = self._statements, Counter()
        return dict(counted)

    def stop(self) -> None:
        self._engine.stop()
        self._database.close()

    def _note_start(self, context: RunContext) -> None:
        self._started[context.run.id] = time.monotonic_ns()

    def _count(self, _c: Any, _u: Any, sql: str, _p: Any, _x: Any, _m: bool) -> None:
        is_asked = not sql.startswith(_NOTHING_TO_ASK)
        self._statements["statements" if is_asked else "transactions"] += 1

    def _request(self, workspace_id: int, key: str) -> tuple[int, int]:
        moments: list[int] = []
        with self._database.writing() as session:
            event.listen(session, "after_commit", lambda s: _note_commit(s, moments))
            service = OperationRunService(session, self._engine.enqueue)
            run_id = service.request(RunRequest(workspace_id, TYPE, key)).run_id
        return run_id, moments[0]


def _note_commit(session: Session, moments: list[int]) -> None:
    if not session.in_nested_transaction():
        moments.append(time.monotonic_ns())


def main() -> None:
    url, slots, folder = sys.argv[1:]
    node = Node(url, int(slots), Path(folder))
    print("ready", flush=True)
    for line in sys.stdin:
        command, arguments = json.loads(line)
        print(json.dumps(getattr(node, command)(*arguments)), flush=True)


if __name__ == "__main__":
    main()
