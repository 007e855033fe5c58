"""The embedded engine: worker threads in the server's own process, over the runs' own table."""

import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from jobs.faults import Faults, first_line
from jobs.operation import offers_of
from jobs.performer import Performer
from jobs.scheduling import starting_due
from jobs.sweeper import SWEEP, Chore, Sweeper, being_seen, rescuing
from services import after_commit, workers
from services.database import Database
from services.operation_run_service import LEASE, OperationRunService
from services.run_statements import NEXT_CLAIMABLE, RUN
from services.run_terms import ClaimedRun, Delivery
from stillwatch.operations import Operation

# Seconds. Finds what other programs queued and what has become due; own work wakes a worker.
_LOOK_EVERY = 1.0
_LONGEST_REST = 10.0  # between attempts while the database fails
_STOP_WITHIN = 10.0
_log = logging.getLogger("stillwatch.worker")


class EmbeddedEngine:
    """`slots` threads that claim queued runs by compare-and-set and do them."""

    def __init__(
        self,
        database: Database,
        operations: Mapping[str, Operation],
        slots: int,
        data_dir: Path,
        *,
        lease: timedelta = LEASE,
        sweep: timedelta = SWEEP,
        owner: str = "embedded",
        chores: Sequence[Chore] = (),
    ) -> None:
        self._database = database
        self._lease = lease
        self._owner = owner
        self._faults = Faults()
        self._wake = threading.Condition()
        self._wake_ups = 0
        self._has_lookout = False
        self._stopping = threading.Event()
        self._performer = Performer(
            database, operations, data_dir, self.enqueue, self._faults, lease, owner
        )
        presence = [being_seen(database, owner, slots)] if slots else []
        rescue = rescuing(database, self.enqueue, lease)
        start_due = starting_due(database, self.enqueue, offers_of(operations))
        self._sweeper = Sweeper([*presence, rescue, start_due, *chores], sweep, self._faults)
        self._threads = [
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True)
            for number in range(1, slots + 1)
        ]

    def enqueue(self, session: Session, delivery: Delivery) -> None:
        """The row itself is the job; once it is committed, a worker wakes up for it."""
        after_commit.call(session, self._wake_one)

    def start(self) -> None:
        """Take back what the previous incarnation held when it died, then work."""
        with self._database.writing() as session:
            service = OperationRunService(session, self.enqueue, self._lease)
            service.boot(self._owner)
            service.excuse_silence()  # while this server was down, nobody was heard
        self._sweeper.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let every handler stop at its next report, and hand its run back to the queue."""
        self._stopping.set()
        self._sweeper.stop()
        with self._wake:
            self._wake.notify_all()
        try:
            self._performer.stop(_STOP_WITHIN)
            if self._threads:
                with self._database.writing() as session:
                    workers.withdraw(session, self._owner)
        except SQLAlchemyError as error:
            _log.warning("runs are handed back at the next start: %s", first_line(error))
        for thread in self._threads:
            thread.join(0.2)

    @property
    def is_stuck(self) -> bool:
        """Whether, after `stop`, a handler is still at work on what was handed back."""
        return any(thread.is_alive() for thread in self._threads)

    def _wake_one(self) -> None:
        with self._wake:
            self._wake_ups += 1
            self._wake.notify()

    def _work(self) -> None:
        rest, may_be_more = _LOOK_EVERY, False
        while not self._stopping.is_set():
            # Noted before looking, so that a commit in between is not slept through.
            seen = self._wake_ups
            try:
                run = self._claim(is_sure=may_be_more)
                self._faults.clear()
                may_be_more = run is not None
                if run is None:
                    self._sleep(seen)
                else:
                    self._wake_one()  # somebody else to look out, and there may be more to do
                    self._performer.perform(run)
                rest = _LOOK_EVERY
            except Exception as error:
                self._faults.tell(error)
                self._stopping.wait(rest)
                rest = min(2 * rest, _LONGEST_REST)

    def _sleep(self, seen: int) -> None:
        """Until woken; one of the sleepers looks out for what other programs queue."""
        with self._wake:
            is_lookout = not self._has_lookout
            self._has_lookout = True
            self._wake.wait_for(
                lambda: self._stopping.is_set() or self._wake_ups != seen,
                _LOOK_EVERY if is_lookout else None,
            )
            if is_lookout:
                self._has_lookout = False

    def _claim(self, is_sure: bool = False) -> ClaimedRun | None:
        # Look before asking for the write lock: an idle worker must not stand in anybody's way.
        # Where there was a run just now there often is another.
        if not is_sure:
            with self._database.reading() as session:
                if session.scalar(_NEXT_QUEUED) is None:
                    return None
        with self._database.writing() as session:
            return OperationRunService(session, self.enqueue, self._lease).claim(self._owner)


_NEXT_QUEUED = NEXT_CLAIMABLE.with_only_columns(RUN.c.id)
