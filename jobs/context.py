"""What a handler is given: a way to report, and a way to be told to stop."""

import time
from collections.abc import Callable
from pathlib import Path

from services.database import Database
from services.operation_run_service import ClaimedRun, OperationRunService, Report

_REPORT_EVERY = 0.25  # seconds; a quarter of the fastest page
_MOST_GROUPS = 50
_LONGEST_TEXT = 500


class Cancelled(Exception):
    """A person asked for the run to be cancelled; the handler unwinds."""


class EngineStopping(Exception):
    """The process is about to stop; the run goes back to the queue."""


class OperationFailed(Exception):
    """The operation cannot succeed, for a reason that people may read."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RunContext:
    """A run in the hands of its handler.

    `count` and `checkpoint` report at most every quarter of a second, and raise `Cancelled`,
    `EngineStopping` or `LeaseLostError` when there is no point in going on.
    """

    def __init__(
        self, run: ClaimedRun, database: Database, data_dir: Path, is_stopping: Callable[[], bool]
    ) -> None:
        self.run = run
        self.database = database
        self.data_dir = data_dir
        self._is_stopping = is_stopping
        self._counts = dict.fromkeys(("total", "processed", "succeeded", "failed", "skipped"), 0)
        self._groups: dict[tuple[str, str], dict[str, object]] = {}
        self._reported_at = float("-inf")

    @property
    def report(self) -> Report:
        """Everything counted and recorded so far."""
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
        if key not in self._groups and len(self._groups) >= _MOST_GROUPS:
            key = ("other", "Further failures of other kinds")
        group = self._groups.setdefault(
            key, {"code": key[0], "message": key[1], "count": 0, "sample": sample}
        )
        group["count"] = int(str(group["count"])) + count

    def checkpoint(self) -> None:
        """Report if it is time to, and stop here if the run is to stop."""
        if self._is_stopping():
            raise EngineStopping
        if time.monotonic() - self._reported_at < _REPORT_EVERY:
            return
        self._reported_at = time.monotonic()
        with self.database.writing() as session:
            is_cancelled = OperationRunService(session).progress(
                self.run.id, self.run.token, self.report
            )
        if is_cancelled:
            raise Cancelled
