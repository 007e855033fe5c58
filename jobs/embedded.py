"""The embedded engine: worker threads in the server's own process, over the runs' own table."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import ColumnElement, event, literal_column, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlmodel import col

from jobs.context import Cancelled, EngineStopping, OperationFailed, RunContext
from jobs.operation import Operation
from models import OperationRun, Runner, RunOutcome, RunStatus
from services.database import Database
from services.operation_run_service import ClaimedRun, LeaseLostError, OperationRunService, Report

# Seconds. Finds what other programs queued; own work wakes a worker at once.
_LOOK_EVERY = 1.0
_LONGEST_REST = 10.0  # between attempts while the database fails
_STOP_WITHIN = 10.0
_LONGEST_REASON = 500
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
        self._wake_ups = 0
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True)
            for number in range(1, workers + 1)
        ]

    def enqueue(self, session: Session, run_id: int) -> None:
        """The row itself is the job; once it is committed, a worker wakes up for it."""
        event.listen(session, "after_commit", self._wake_after)

    def start(self) -> None:
        """Take back what the previous incarnation held when it died, then work."""
        self._boot(is_rescue=True)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let every handler stop at its next report, and hand its run back to the queue."""
        self._stopping.set()
        with self._wake:
            self._wake.notify_all()
        deadline = time.monotonic() + _STOP_WITHIN
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            # Its run really is still at work: it is for the next start to take it back.
            _log.warning("a handler does not stop; its run waits for the next start")
            return
        try:
            self._boot(is_rescue=False)
        except SQLAlchemyError as error:
            _log.warning("runs are handed back at the next start: %s", _first_line(error))

    def _boot(self, *, is_rescue: bool) -> None:
        if self._threads:
            with self._database.writing() as session:
                OperationRunService(session, self.enqueue).boot(self._owner, is_rescue=is_rescue)

    def _wake_after(self, session: Session) -> None:
        # Releasing a savepoint counts as a commit here, but nobody else sees the row yet.
        if not session.in_nested_transaction():
            with self._wake:
                self._wake_ups += 1
                self._wake.notify()

    def _work(self) -> None:
        rest = _LOOK_EVERY
        while not self._stopping.is_set():
            # Noted before looking, so that a commit in between is not slept through.
            seen = self._wake_ups
            try:
                run = self._claim()
                if run is not None:
                    self._perform(run)
                rest = _LOOK_EVERY
            except Exception as error:
                _log_fault(error)
                self._stopping.wait(rest)
                rest = min(2 * rest, _LONGEST_REST)
            else:
                if run is None:
                    self._sleep(seen)

    def _sleep(self, seen: int) -> None:
        with self._wake:
            self._wake.wait_for(
                lambda: self._stopping.is_set() or self._wake_ups != seen, _LOOK_EVERY
            )

    def _claim(self) -> ClaimedRun | None:
        # Look before asking for the write lock: an idle worker must not stand in anybody's way.
        with self._database.reading() as session:
            if session.scalar(_NEXT_QUEUED) is None:
                return None
        with self._database.writing() as session:
            return OperationRunService(session).claim(self._owner)

    def _perform(self, run: ClaimedRun) -> None:
        context = RunContext(run, self._database, self._data_dir, self._stopping.is_set)
        try:
            outcome = self._handle(run, context)
        except Cancelled:
            outcome = RunOutcome.CANCELLED
        except EngineStopping:
            return  # left as it is: `stop` hands it back
        except LeaseLostError:
            _log_lost(run)
            return
        except OperationFailed as failure:
            self._fail(run, failure.code, str(failure), context.report)
            return
        except (Exception, SystemExit) as error:
            _log.exception("run %s failed", run.id)
            self._fail(run, "internal_error", _reason(error), context.report)
            return
        report = context.report
        self._close(run, lambda service: service.complete(run.id, run.token, outcome, report))

    def _handle(self, run: ClaimedRun, context: RunContext) -> RunOutcome:
        operation = self._operations.get(run.type)
        if operation is None:
            raise OperationFailed("unknown_type", f"Nobody here knows the operation {run.type!r}.")
        operation.handler(context)
        failed = context.has_failures
        return RunOutcome.PARTIALLY_SUCCEEDED if failed else RunOutcome.SUCCEEDED

    def _fail(self, run: ClaimedRun, code: str, message: str, report: Report) -> None:
        self._close(run, lambda service: service.fail(run.id, run.token, code, message, report))

    def _close(
        self,
        run: ClaimedRun,
        close: Callable[[OperationRunService], None],
        is_last_resort: bool = False,
    ) -> None:
        """Store a run's end; try again while the database fails, for nobody else ever would."""
        rest = _LOOK_EVERY
        while True:
            try:
                with self._database.writing() as session:
                    close(OperationRunService(session))
                return
            except LeaseLostError:
                _log_lost(run)
                return
            except OperationalError as error:
                _log_fault(error)
                if self._stopping.wait(rest):
                    return
                rest = min(2 * rest, _LONGEST_REST)
            except Exception as error:
                if is_last_resort:
                    raise
                # What the handler reported cannot be stored, so the run ends without it.
                _log.exception("the report of run %s cannot be stored", run.id)
                self._fail_bare(run, _reason(error))
                return

    def _fail_bare(self, run: ClaimedRun, message: str) -> None:
        nothing = Report({}, [])
        self._close(
            run,
            lambda service: service.fail(run.id, run.token, "internal_error", message, nothing),
            is_last_resort=True,
        )


# To the letter of the partial index, and untyped: a Boolean would be rendered as `… = 1` on
# SQLite, which then reads the whole table instead.
_IS_ACTIVE: ColumnElement[bool] = literal_column("operation_run.status IN ('queued', 'running')")
_NEXT_QUEUED = (
    select(col(OperationRun.id))
    .where(
        _IS_ACTIVE,
        col(OperationRun.status) == RunStatus.QUEUED,
        col(OperationRun.runner) == Runner.WORKER,
    )
    .limit(1)
)


def _log_fault(error: Exception) -> None:
    if isinstance(error, SQLAlchemyError):
        _log.warning("the database cannot be reached: %s", _first_line(error))
    else:
        _log.exception("a worker stumbled")


def _log_lost(run: ClaimedRun) -> None:
    _log.warning("run %s was taken over by someone else; its result is discarded", run.id)


def _reason(error: BaseException) -> str:
    """What a page may show of an error: no traceback, no statement with its parameters."""
    return f"{type(error).__name__}: {_first_line(error)}"[:_LONGEST_REASON]


def _first_line(error: BaseException) -> str:
    # File names may hold what cannot be encoded, and so not be stored.
    return str(error).partition("\n")[0].encode(errors="replace").decode()
