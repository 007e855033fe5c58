"""The embedded engine: worker threads in the server's own process, over the runs' own table."""

import logging
import threading
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlmodel import col

from jobs.context import Cancelled, EngineStopping, OperationFailed, RunContext
from jobs.operation import Operation
from models import IS_ACTIVE, OperationRun, Runner, RunOutcome, RunStatus
from services.database import Database
from services.operation_run_service import ClaimedRun, LeaseLostError, OperationRunService

# Finds what other programs queued, or retries after a database error; own work wakes at once.
_LOOK_EVERY = 1.0
_STOP_WITHIN = 10.0
_log = logging.getLogger("stillwatch.worker")


class EmbeddedEngine:
    """`workers` threads that claim queued runs by compare-and-set and do them."""

    def __init__(
        self,
        database: Database,
        operations: Mapping[str, Operation],
        workers: int,
        data_dir: Path,
        owner: str = "embedded",
    ) -> None:
        self._database = database
        self._operations = operations
        self._data_dir = data_dir
        self._owner = owner
        self._wake = threading.Condition()
        self._is_stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True)
            for number in range(1, workers + 1)
        ]

    def enqueue(self, session: Session, run_id: int) -> None:
        """The row itself is the job; once it is committed, a worker wakes up for it."""
        event.listen(session, "after_commit", lambda _session: self._wake_one(), once=True)

    def start(self) -> None:
        """Take back what the previous incarnation held when it died, then work."""
        self._boot()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let every handler stop at its next report, and hand its run back to the queue."""
        with self._wake:
            self._is_stopping = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(_STOP_WITHIN)
        self._boot()

    def _boot(self) -> None:
        if self._threads:
            with self._database.writing() as session:
                OperationRunService(session, self.enqueue).boot(self._owner)

    def _wake_one(self) -> None:
        with self._wake:
            self._wake.notify()

    def _work(self) -> None:
        while not self._is_stopping:
            try:
                run = self._claim()
                if run is not None:
                    self._perform(run)
                    continue
            except SQLAlchemyError as error:
                _log.warning("the database cannot be reached: %s", _first_line(error))
            except LeaseLostError:
                _log.warning("a run was taken over by someone else; its result is discarded")
            with self._wake:
                if not self._is_stopping:
                    self._wake.wait(_LOOK_EVERY)

    def _claim(self) -> ClaimedRun | None:
        # Look before asking for the write lock: an idle worker must not stand in anybody's way.
        with self._database.reading() as session:
            if session.scalar(_NEXT_QUEUED) is None:
                return None
        with self._database.writing() as session:
            return OperationRunService(session).claim(self._owner)

    def _perform(self, run: ClaimedRun) -> None:
        context = RunContext(run, self._database, self._data_dir, lambda: self._is_stopping)
        try:
            outcome = self._handle(run, context)
        except Cancelled:
            outcome = RunOutcome.CANCELLED
        except (EngineStopping, LeaseLostError):
            return  # left as it is: `stop` hands it back, or somebody else has it already
        except OperationFailed as failure:
            self._fail(run, context, failure.code, str(failure))
            return
        except Exception as error:
            _log.exception("run %s failed", run.id)
            self._fail(run, context, "internal_error", f"{type(error).__name__}: {error}"[:500])
            return
        with self._database.writing() as session:
            OperationRunService(session).complete(run.id, run.token, outcome, context.report)

    def _handle(self, run: ClaimedRun, context: RunContext) -> RunOutcome:
        operation = self._operations.get(run.type)
        if operation is None:
            raise OperationFailed("unknown_type", f"Nobody here knows the operation {run.type!r}.")
        operation.handler(context)
        failed = context.has_failures
        return RunOutcome.PARTIALLY_SUCCEEDED if failed else RunOutcome.SUCCEEDED

    def _fail(self, run: ClaimedRun, context: RunContext, code: str, message: str) -> None:
        with self._database.writing() as session:
            OperationRunService(session).fail(run.id, run.token, code, message, context.report)


_NEXT_QUEUED = (
    select(col(OperationRun.id))
    .where(
        IS_ACTIVE,
        col(OperationRun.status) == RunStatus.QUEUED,
        col(OperationRun.runner) == Runner.WORKER,
    )
    .limit(1)
)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
