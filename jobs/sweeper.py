"""The plain loop in every process that takes back lost runs, and starts what is due."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

from jobs.faults import Faults
from models import Runner
from services import workers
from services.database import Database
from services.operation_run_service import (
    EVERY_RUNNER,
    LEASE,
    OperationRunService,
    find_expired,
)
from services.run_terms import Enqueue

SWEEP = timedelta(seconds=5)
_log = logging.getLogger("stillwatch.worker")

# Returns False when it had nothing to ask of the database.
Chore = Callable[[], bool | None]


class Sweeper:
    """Does each of `chores` every `every`, in a thread of its own; an error stops none of them."""

    def __init__(self, chores: Sequence[Chore], every: timedelta, faults: Faults) -> None:
        self._chores = chores
        self._every = every.total_seconds()
        self._faults = faults
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._live, name="sweeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _live(self) -> None:
        while not self._stopping.is_set():
            for chore in self._chores:
                self._do(chore)
            self._stopping.wait(self._every)

    def _do(self, chore: Chore) -> None:
        if self._stopping.is_set():
            return
        try:
            if chore() is not False:
                self._faults.clear()
        except Exception as error:
            self._faults.tell(error)


def rescuing(
    database: Database,
    enqueue: Enqueue,
    lease: timedelta = LEASE,
    runners: Collection[Runner] = EVERY_RUNNER,
) -> Chore:
    """Take back runs whose lease has run out."""

    def rescue() -> None:
        # Look before asking for the write lock: an idle process stands in nobody's way.
        with database.reading() as session:
            if not find_expired(session, runners):
                return
        with database.writing() as session:
            rescued = OperationRunService(session, enqueue, lease).rescue(runners)
        for run_id in rescued:
            _log.warning("run %s was taken back: its lease ran out", run_id)

    return rescue


def being_seen(database: Database, name: str, slots: int) -> Chore:
    """Say every ten seconds that this worker is here."""
    said_at = float("-inf")

    def say() -> bool:
        nonlocal said_at
        now = time.monotonic()
        if now - said_at < workers.SEEN_EVERY.total_seconds() - 0.5:
            return False
        with database.writing() as session:
            workers.report_presence(session, name, slots)
        said_at = now
        return True

    return say
