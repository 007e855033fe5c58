"""Does claimed runs: calls the handler, and stores how it ended. The same under every engine."""

import asyncio
import inspect
import logging
import random
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from jobs.context import RunContext
from jobs.faults import Faults, first_line
from jobs.heart import Heart
from jobs.operation import offers_of, options_form
from models import RunOutcome
from policy.retry import retry_delay
from services.database import Database
from services.journal.about import about_run
from services.operation_options import OptionsError, stored_options
from services.operation_run_service import LEASE, OperationRunService
from services.run_terms import ClaimedRun, Closing, Enqueue, LeaseLostError, Report
from stillwatch.operations import (
    Cancelled,
    EngineStopping,
    LeaseGone,
    Operation,
    OperationFailed,
    Run,
    TimedOut,
)

_FIRST_REST, _LONGEST_REST = 1.0, 10.0  # seconds between attempts while the database fails
_LONGEST_REASON = 500
_log = logging.getLogger("stillwatch.worker")

Ending = Callable[[OperationRunService], None]


class Performer:
    """Performs runs in the threads that call it, until it is told to stop."""

    def __init__(
        self,
        database: Database,
        operations: Mapping[str, Operation],
        data_dir: Path,
        enqueue: Enqueue,
        faults: Faults,
        lease: timedelta = LEASE,
        owner: str = "",
    ) -> None:
        self._database = database
        self._owner = owner
        self._operations = operations
        self._forms = {kind: options_form(operation) for kind, operation in operations.items()}
        self._offers = offers_of(operations)
        self._data_dir = data_dir
        self._enqueue = enqueue
        self._faults = faults
        self._lease = lease
        self._heart = Heart(lease, faults, self._close_overdue, owner)
        self._stopping = threading.Event()

    def perform(self, run: ClaimedRun) -> None:
        """Do a claimed run and store its end; whatever the handler does, this returns."""
        with about_run(run.id, run.attempt, self._owner):
            self._perform(run)

    def _perform(self, run: ClaimedRun) -> None:
        context = RunContext(
            run, self._database, self._data_dir, self._lease, self._enqueue, self._offers
        )
        operation = self._operations.get(run.type)
        timeout = None if operation is None else operation.timeout
        with self._heart.holding(context, timeout) as stop_the_clock:
            if self._stopping.is_set():  # claimed at the last moment: not begun at all
                self._close(run, _handed_back(run))
                return
            ending = self._ending_of(context, operation)
            stop_the_clock()
            if ending is not None:
                self._close(run, ending)

    def stop(self, within: float) -> None:
        """Let every handler unwind at its next report; hand back what is not done in time.

        Returns after at most `within` seconds and the time of the last statements.
        """
        self._stopping.set()
        for context in self._heart.contexts():
            context.interrupt(EngineStopping())
        self._heart.wait_until_idle(within)
        for context in self._heart.contexts():
            run = context.run
            with about_run(run.id, run.attempt, self._owner):
                _log.warning("the handler of run %s does not stop; it is handed back", run.id)
                self._close(run, _handed_back(run))

    def _ending_of(self, context: RunContext, operation: Operation | None) -> Ending | None:
        run = context.run
        if operation is None:
            message = f"Nobody here knows the operation {run.type!r}."
            return _failed(run, "unknown_type", message, context.report)
        try:
            self._handle(operation, context)
        except OptionsError as refusal:
            message = f"The options of this run do not fit any more. {refusal}"
            return _failed(run, "bad_options", message, context.report)
        except OperationFailed as failure:
            if failure.may_retry:
                return self._tried(context, operation, failure.code, str(failure))
            return _failed(run, failure.code, str(failure), context.report)
        except BaseException as error:
            # However it unwinds once it was interrupted, that is what it unwinds for.
            return self._ending_after(context.interruption or error, context, operation)
        outcome = RunOutcome.PARTIALLY_SUCCEEDED if context.has_failures else RunOutcome.SUCCEEDED
        return _completed(run, outcome, context.report, context.closing)

    def _ending_after(
        self, error: BaseException, context: RunContext, operation: Operation
    ) -> Ending | None:
        run = context.run
        match error:
            case Cancelled():
                return _completed(run, RunOutcome.CANCELLED, context.report)
            case EngineStopping():
                return _handed_back(run)
            case LeaseGone() | LeaseLostError():
                _log_lost(run)
                return None
            case TimedOut():
                return self._tried(context, operation, *_timed_out(operation))
        _log.error("run %s failed", run.id, exc_info=error)
        return self._tried(context, operation, "internal_error", _reason(error))

    def _handle(self, operation: Operation, context: RunContext) -> None:
        form = self._forms[operation.type]
        options = () if form is None else (form.build(stored_options(context.run.context)),)
        run: Run = context
        work = operation.handler(run, *options)
        if inspect.isawaitable(work):
            asyncio.run(_await(work, context))

    def _tried(
        self, context: RunContext, operation: Operation | None, code: str, message: str
    ) -> Ending:
        run, report = context.run, context.report
        delay = (
            None
            if operation is None
            else retry_delay(operation.retry, run.attempt, random.random())
        )
        if delay is None:
            return _failed(run, code, message, report)
        return lambda service: service.retry_later(run.id, run.token, code, message, report, delay)

    def _close_overdue(self, context: RunContext) -> None:
        """The handler does not unwind, so its run is closed over it, and its result refused."""
        operation = self._operations.get(context.run.type)
        ending = self._tried(context, operation, *_timed_out(operation))
        # A thread knows nothing of whoever started it, the subject of its log lines included.
        threading.Thread(
            target=copy_context().run,
            args=(self._close, context.run, ending),
            name="close overdue",
            daemon=True,
        ).start()

    def _close(self, run: ClaimedRun, ending: Ending, is_last_resort: bool = False) -> None:
        """Store a run's end; try again while the database fails, for nobody else ever would."""
        rest = _FIRST_REST
        while True:
            try:
                with self._database.writing() as session:
                    ending(OperationRunService(session, self._enqueue, self._lease))
                return
            except LeaseLostError:
                _log_lost(run)
                return
            except OperationalError as error:
                self._faults.tell(error)
                if self._stopping.wait(rest):
                    return
                rest = min(2 * rest, _LONGEST_REST)
            except Exception as error:
                if is_last_resort:
                    raise
                # What the handler reported cannot be stored, so the run ends without it.
                _log.exception("the report of run %s cannot be stored", run.id)
                bare = _failed(run, "internal_error", _reason(error), Report({}, []))
                self._close(run, bare, is_last_resort=True)
                return


async def _await(work: Awaitable[Any], context: RunContext) -> None:
    """Await an async handler, which an interruption cancels wherever it waits."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)

    def cancel() -> None:
        with suppress(RuntimeError):  # it ended at this very moment, and its loop with it
            loop.call_soon_threadsafe(task.cancel)

    context.on_interrupt(cancel)
    try:
        await task
    finally:
        context.on_interrupt(None)


def _completed(
    run: ClaimedRun, outcome: RunOutcome, report: Report, closing: Closing | None = None
) -> Ending:
    return lambda service: service.complete(run.id, run.token, outcome, report, closing)


def _failed(run: ClaimedRun, code: str, message: str, report: Report) -> Ending:
    return lambda service: service.fail(run.id, run.token, code, message, report)


def _handed_back(run: ClaimedRun) -> Ending:
    return lambda service: service.hand_back(run.id, run.token)


def _timed_out(operation: Operation | None) -> tuple[str, str]:
    limit = None if operation is None else operation.timeout
    return "timed_out", f"It took longer than the {limit} that it may take."


def _log_lost(run: ClaimedRun) -> None:
    _log.warning("run %s was taken over by someone else; its result is discarded", run.id)


def _reason(error: BaseException) -> str:
    if isinstance(error, OperationalError) and (
        error.connection_invalidated or error.statement is None
    ):
        return "The database could not be reached."  # its own text names host and port
    return f"{type(error).__name__}: {first_line(error)}"[:_LONGEST_REASON]
