"""The distributed engine: PostgreSQL, and Procrastinate to deliver runs to worker processes."""

import asyncio
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import uvloop
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from jobs import deliveries
from jobs.faults import Faults, first_line
from jobs.operation import offers_of
from jobs.performer import Performer
from jobs.scheduling import starting_due
from jobs.sweeper import SWEEP, Chore, Sweeper, being_seen, rescuing
from models import Runner
from services import workers
from services.database import Database
from services.operation_run_service import EVERY_RUNNER, LEASE, OperationRunService
from services.run_terms import ClaimedRun, Delivery
from stillwatch.operations import Operation

_FIRST_REST, _LONGEST_REST = 0.5, 5.0  # seconds between attempts while the database is away
_LOOK_EVERY = 1.0  # for deliveries that have become due; new ones wake a worker at once
_STOP_WITHIN = 10.0
_log = logging.getLogger("stillwatch.worker")


class DistributedEngine:
    """Does up to `slots` runs at once, as one of any number of processes over one database.

    With no slots it only hands runs over, and takes part in taking back what was lost.
    """

    def __init__(
        self,
        database: Database,
        operations: Mapping[str, Operation],
        slots: int,
        data_dir: Path,
        *,
        lease: timedelta = LEASE,
        sweep: timedelta = SWEEP,
        owner: str,
        chores: Sequence[Chore] = (),
    ) -> None:
        self._database = database
        self._slots = slots
        self._lease = lease
        self._owner = owner
        self._faults = Faults()
        self._performer = Performer(
            database, operations, data_dir, self.enqueue, self._faults, lease, owner
        )
        presence = [being_seen(database, owner, slots)] if slots else []
        # Programs outside report to the web role: while it is down, nobody has lost contact.
        runners = [Runner.WORKER] if slots else EVERY_RUNNER
        rescue = rescuing(database, self.enqueue, lease, runners)
        start_due = starting_due(database, self.enqueue, offers_of(operations))
        self._sweeper = Sweeper(
            [*presence, rescue, self._put_missing, start_due, *chores], sweep, self._faults
        )
        self._threads = ThreadPoolExecutor(max(slots, 1), thread_name_prefix="worker")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._receive, name="deliveries", daemon=True)
        self._worker: Worker | None = None
        self._count_lock = threading.Lock()
        self._busy = 0  # threads at work, also on what an earlier connection delivered

    def enqueue(self, session: Session, delivery: Delivery) -> None:
        """A delivery in the caller's transaction: there is no run without it, nor the reverse."""
        deliveries.put(session, delivery)

    def start(self) -> None:
        if not self._slots:
            with self._database.writing() as session:
                OperationRunService(session, lease=self._lease).excuse_silence()
        self._sweeper.start()
        if self._slots:
            self._thread.start()

    def stop(self) -> None:
        """Take no more; let every handler stop at its next report, and hand its run back."""
        self._stopping.set()
        self._sweeper.stop()
        worker = self._worker
        if worker is not None:
            worker.stop()
        try:
            self._performer.stop(_STOP_WITHIN)
            if self._slots:
                with self._database.writing() as session:
                    workers.withdraw(session, self._owner)
        except SQLAlchemyError as error:
            _log.warning("runs wait for their leases to run out: %s", first_line(error))
        if self._thread.ident is not None:
            self._thread.join(_STOP_WITHIN)
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def is_stuck(self) -> bool:
        """Whether, after `stop`, a handler is still at work on what was handed back."""
        return self._busy > 0

    # --- receiving -------------------------------------------------------------------------

    def _receive(self) -> None:
        _let_us_speak_for_the_library()
        rest = _FIRST_REST
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                with self._database.reading() as session:  # not there: said in one line, by us
                    session.execute(text("SELECT 1"))
                self._faults.clear()
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    runner.run(self._serve())
            except Exception as error:
                self._tell(error)
            if time.monotonic() - began > _LONGEST_REST:
                rest = _FIRST_REST  # it had served for a while
            self._stopping.wait(rest)
            rest = min(2 * rest, _LONGEST_REST)

    async def _serve(self) -> None:
        """Receive until stopped, or until the database goes away."""
        app = App(
            connector=PsycopgConnector(
                pool_factory=_pool,
                conninfo=_conninfo(self._database),
                min_size=1,
                max_size=self._slots + 2,
                timeout=5,
                # A delivery that is fetched or ended twice does no harm: no wait for the disk.
                kwargs={"options": "-c synchronous_commit=off"},
            )
        )
        loop = asyncio.get_running_loop()
        # The library leaves tasks behind whose errors nobody collects.
        loop.set_exception_handler(
            lambda _loop, context: self._tell(
                context.get("exception") or RuntimeError(context["message"])
            )
        )

        @app.task(name=deliveries.TASK, queue=deliveries.QUEUE)
        async def perform(run_id: int) -> None:
            if self._busy >= self._slots:
                return  # by what was begun before the connection was lost; a sweep puts it again
            await loop.run_in_executor(self._threads, self._perform, run_id)

        async with app.open_async():
            self._worker = Worker(
                app,
                queues=[deliveries.QUEUE],
                name=self._owner,
                concurrency=self._slots,
                fetch_job_polling_interval=_LOOK_EVERY,
                abort_job_polling_interval=3600.0,  # cancelling goes by the run's own row
                shutdown_graceful_timeout=_STOP_WITHIN,
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=self._lease.total_seconds() / 3,
                stalled_worker_timeout=self._lease.total_seconds(),
            )
            if self._stopping.is_set():
                return
            await self._worker.run()
            if not self._stopping.is_set():  # it ends by itself when its connection is lost
                self._faults.away(ConnectionError("deliveries were interrupted"))

    def _perform(self, run_id: int) -> None:
        with self._count_lock:
            self._busy += 1
        try:
            run = self._claim(run_id)
            if run is not None:
                self._performer.perform(run)
        finally:
            with self._count_lock:
                self._busy -= 1

    def _claim(self, run_id: int) -> ClaimedRun | None:
        """Take the run, unless it is done, taken, or too many of its kind are at work."""
        if self._stopping.is_set():
            return None  # the sweep of another worker puts it again
        try:
            with self._database.writing() as session:
                service = OperationRunService(session, self.enqueue, self._lease)
                return service.claim(self._owner, run_id)
        except OperationalError as error:
            self._faults.tell(error)
            return None

    def _tell(self, error: Exception) -> None:
        cause = error.__cause__ if isinstance(error, ConnectorException) else error
        if isinstance(cause, PoolTimeout | psycopg.OperationalError | psycopg.InterfaceError):
            self._faults.away(cause)
        else:
            self._faults.tell(error)

    def _put_missing(self) -> None:
        with self._database.writing() as session:
            deliveries.put_missing(session, self._lease)


def _pool(*, check: object, **options: Any) -> AsyncConnectionPool:
    # Without a look at each connection before its use: a lost one ends `_serve`, which begins anew.
    return AsyncConnectionPool(**options)


def _conninfo(database: Database) -> str:
    url = database.engine.url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def _let_us_speak_for_the_library() -> None:
    # It logs a traceback for each of its tasks when the database goes away, and its pool a
    # warning for each attempt; `Faults` says the same in one line.
    for name in ("procrastinate", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
