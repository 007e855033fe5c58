"""What a handler is given: a way to report, and a way to be told to stop."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from services import tenants
from services.database import Database
from services.operation_run_service import LEASE, OperationRunService
from services.operations import OperationOffer, Operations
from services.run_terms import ClaimedRun, Closing, Enqueue, LeaseLostError, Report
from stillwatch.operations import Cancelled, Interruption, LeaseGone

_REPORT_EVERY = 0.25  # seconds; a quarter of the fastest page
_MOST_GROUPS = 50
_LONGEST_TEXT = 500


class RunContext:
    """A run in the hands of its handler: the `stillwatch.operations.Run` of all operations, and
    the database besides for those that come with the console.
    """

    def __init__(
        self,
        run: ClaimedRun,
        database: Database,
        data_dir: Path,
        lease: timedelta = LEASE,
        enqueue: Enqueue | None = None,
        offers: Mapping[str, OperationOffer] | None = None,
    ) -> None:
        self.run = run
        self.database = database
        self.data_dir = data_dir
        self.beaten_at = time.monotonic()  # when the lease was last extended
        self._lease = lease
        self._enqueue = enqueue or (lambda _session, _delivery: None)
        self._offers = offers or {}
        self._counts = dict.fromkeys(("total", "processed", "succeeded", "failed", "skipped"), 0)
        self._groups: dict[tuple[str, str], dict[str, object]] = {}
        self._reported_at = float("-inf")
        self._lock = threading.Lock()
        self._interruption: Interruption | None = None
        self._on_interrupt: Callable[[], None] | None = None
        self._closing: Closing | None = None

    @property
    def id(self) -> int:
        return self.run.id

    @property
    def type(self) -> str:
        return self.run.type

    @property
    def attempt(self) -> int:
        return self.run.attempt

    @property
    def workspace(self) -> str:
        return self._place[0]

    @property
    def tenant(self) -> str | None:
        return self._place[1]

    @property
    def report(self) -> Report:
        """Everything counted and recorded so far."""
        with self._lock:
            return Report(dict(self._counts), [dict(group) for group in self._groups.values()])

    @property
    def has_failures(self) -> bool:
        return bool(self._groups)

    def expect(self, total: int) -> None:
        """Say how many items there will be."""
        self._counts["total"] = total

    def count(self, *, succeeded: int = 0, failed: int = 0, skipped: int = 0) -> None:
        """Add items that are done; `processed` follows, and `total` never falls behind."""
        self._counts["succeeded"] += succeeded
        self._counts["failed"] += failed
        self._counts["skipped"] += skipped
        self._counts["processed"] += succeeded + failed + skipped
        self._counts["total"] = max(self._counts["total"], self._counts["processed"])
        self.checkpoint()

    def failure(self, code: str, message: str, sample: str | None = None, count: int = 1) -> None:
        """Record a failure; equal code and message form one group, past 50 groups the rest do."""
        key = (code, message[:_LONGEST_TEXT])
        with self._lock:  # the heart may be about to tell of it
            if key not in self._groups and len(self._groups) >= _MOST_GROUPS:
                key = ("other", "Further failures of other kinds")
            group = self._groups.setdefault(
                key, {"code": key[0], "message": key[1], "count": 0, "sample": sample}
            )
            group["count"] = int(str(group["count"])) + count

    def checkpoint(self) -> None:
        """Report if it is time to, and stop here if the run is to stop."""
        self.raise_interruption()
        if time.monotonic() - self._reported_at < _REPORT_EVERY:
            return
        self._reported_at = time.monotonic()
        try:
            self.beat(self.report)
        except LeaseLostError:
            self.interrupt(LeaseGone("the lease was lost"))
        except OperationalError:
            pass  # told at the next report; meanwhile the heart keeps the lease, and says so
        self.raise_interruption()

    def beat(self, report: Report | None = None) -> None:
        """Extend the lease, and hear of a cancellation. Raises `LeaseLostError`."""
        began = time.monotonic()
        with self.database.writing() as session:
            service = OperationRunService(session, lease=self._lease)
            is_cancelled = service.heartbeat(self.run.id, self.run.token, report)
        self.beaten_at = began
        if is_cancelled:
            self.interrupt(Cancelled("the run was cancelled"))

    def hold(self, session: Session) -> None:
        """Extend the lease in a transaction of the handler's own, unless the run is to stop.

        What is done in it is not done by a worker that has lost its run. Raises `LeaseLostError`.
        """
        service = OperationRunService(session, lease=self._lease)
        if service.heartbeat(self.run.id, self.run.token):
            self.interrupt(Cancelled("the run was cancelled"))
        self.raise_interruption()

    def operations(self, session: Session) -> Operations:
        """What people do to runs, for a run that does it in their name."""
        via = {"bulk_run_id": self.run.id, "name": f"#{self.run.id}"}
        return Operations(session, self._enqueue, self._offers, via)

    def interrupt(self, reason: Interruption) -> None:
        """Ask the handler to unwind, from any thread; the first reason counts."""
        with self._lock:
            if self._interruption is not None:
                return
            self._interruption, call = reason, self._on_interrupt
        if call is not None:
            call()

    def on_interrupt(self, call: Callable[[], None] | None) -> None:
        """Have `call` called at the interruption, also when that came before."""
        with self._lock:
            self._on_interrupt = call
            is_late = self._interruption is not None
        if is_late and call is not None:
            call()

    def on_complete(self, closing: Closing) -> None:
        """Have `closing` write what the run came to, in the transaction that completes it.

        It is not called when the run ends in any other way, and undone when the lease is lost.
        """
        self._closing = closing

    @property
    def closing(self) -> Closing | None:
        """What is to be written with the run's success."""
        return self._closing

    @property
    def interruption(self) -> Interruption | None:
        """What the handler was asked to unwind for."""
        return self._interruption

    def raise_interruption(self) -> None:
        """Raise what the handler was interrupted for, if it was."""
        if self._interruption is not None:
            raise self._interruption

    @cached_property
    def _place(self) -> tuple[str, str | None]:
        with self.database.reading() as session:
            return tenants.find_place(session, self.run.workspace_id, self.run.tenant_id)
