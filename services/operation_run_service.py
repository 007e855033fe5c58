"""The only owner of an `OperationRun`'s lifecycle. No other code writes its state columns."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from models import IS_ACTIVE, OperationRun, Runner, RunOutcome, RunStatus
from models.columns import utc_now
from policy.lifecycle import IllegalTransitionError, RunEvent, next_status
from policy.status import ux_status
from services import audit, metrics

# Hands a run to whoever does the work, inside the caller's transaction: (session, run id).
Enqueue = Callable[[Session, int], None]

LEASE = timedelta(seconds=30)


class RunNotFoundError(Exception):
    """There is no such run, or none that the asking person may see."""

    def __init__(self) -> None:
        super().__init__("This run does not exist.")


class RunMovedError(Exception):
    """The run changed between the decision and the deed."""


class LeaseLostError(Exception):
    """The run belongs to someone else by now: stop, and discard what was done."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is asked for. One `active_key` has at most one active run."""

    workspace_id: int
    type: str
    active_key: str
    tenant_id: int | None = None
    initiated_by_user_id: int | None = None
    context: Mapping[str, Any] | None = None
    retry_of_id: int | None = None


@dataclass(frozen=True, slots=True)
class Requested:
    """The run that serves a request: a new one, or the active one that was there already."""

    run_id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run in the hands of one worker, who proves it by `token`."""

    id: int
    token: str
    type: str
    workspace_id: int
    tenant_id: int | None
    initiated_by_user_id: int | None
    context: Any
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker knows of its run so far."""

    counts: Mapping[str, int]
    failures: list[dict[str, Any]]


class OperationRunService:
    """Every transition of a run, bound to one writing session.

    Each is one compare-and-set on a legal edge, bumps `version`, and writes its audit line in
    the same transaction.
    """

    def __init__(self, session: Session, enqueue: Enqueue | None = None) -> None:
        self._session = session
        self._enqueue = enqueue or (lambda _session, _run_id: None)

    def request(self, request: RunRequest) -> Requested:
        """Queue new work, or name the run that is already active for the same key."""
        active = self._active_run_id(request.active_key)
        if active is not None:
            return Requested(active, is_new=False)
        try:
            with self._session.begin_nested():
                run_id = self._insert(request)
        except IntegrityError:
            # Another process was quicker between our look and our insert.
            active = self._active_run_id(request.active_key)
            if active is None:
                raise
            return Requested(active, is_new=False)
        self._record(
            "requested",
            run_id,
            request.workspace_id,
            request.initiated_by_user_id,
            {"type": request.type, "retry_of_id": request.retry_of_id},
        )
        metrics.run_transitions.labels("none", RunStatus.QUEUED).inc()
        self._enqueue(self._session, run_id)
        return Requested(run_id, is_new=True)

    def claim(self, owner: str, run_id: int | None = None) -> ClaimedRun | None:
        """Take the oldest queued run (or the one named) for `owner`; None when there is none."""
        waiting: list[ColumnElement[bool]] = [
            IS_ACTIVE,
            col(OperationRun.status) == RunStatus.QUEUED,
            col(OperationRun.runner) == Runner.WORKER,
        ]
        if run_id is not None:
            waiting.append(col(OperationRun.id) == run_id)
        candidate = (
            select(col(OperationRun.id)).where(*waiting).order_by(col(OperationRun.id)).limit(1)
        )
        token = secrets.token_hex(16)
        now = self._now()
        taken = self._session.execute(
            update(OperationRun)
            .where(col(OperationRun.id) == candidate.scalar_subquery(), *waiting)
            .values(
                status=next_status(RunStatus.QUEUED, RunEvent.CLAIM),
                started_at=now,
                deliveries=OperationRun.deliveries + 1,
                version=OperationRun.version + 1,
                lease_token=token,
                lease_owner=owner,
                lease_until=now + LEASE,
            )
            .returning(
                col(OperationRun.id),
                col(OperationRun.type),
                col(OperationRun.workspace_id),
                col(OperationRun.tenant_id),
                col(OperationRun.initiated_by_user_id),
                col(OperationRun.context),
                col(OperationRun.created_at),
            )
        ).one_or_none()
        if taken is None:
            return None
        self._record("claimed", taken.id, taken.workspace_id, None, {"owner": owner})
        metrics.run_transitions.labels(RunStatus.QUEUED, RunStatus.RUNNING).inc()
        return ClaimedRun(
            id=taken.id,
            token=token,
            type=taken.type,
            workspace_id=taken.workspace_id,
            tenant_id=taken.tenant_id,
            initiated_by_user_id=taken.initiated_by_user_id,
            context=taken.context,
            created_at=taken.created_at,
        )

    def progress(self, run_id: int, token: str, report: Report) -> bool:
        """Store how far a run has come and extend its lease; return whether to cancel.

        Raises `LeaseLostError` when `token` no longer holds the run.
        """
        held = self._session.execute(
            update(OperationRun)
            .where(*_held_by(run_id, token))
            .values(
                summary_counts=dict(report.counts),
                failure_summary=report.failures,
                lease_until=self._now() + LEASE,
                version=OperationRun.version + 1,
            )
            .returning(col(OperationRun.id), col(OperationRun.cancel_requested_at))
        ).one_or_none()
        if held is None:
            raise LeaseLostError
        return held.cancel_requested_at is not None

    def complete(self, run_id: int, token: str, outcome: RunOutcome, report: Report) -> None:
        """Close a run that `token` holds. Raises `LeaseLostError` when it no longer does."""
        workspace_id = self._session.execute(
            update(OperationRun)
            .where(*_held_by(run_id, token))
            .values(
                status=next_status(RunStatus.RUNNING, RunEvent.COMPLETE),
                outcome=outcome.value,
                summary_counts=dict(report.counts),
                failure_summary=report.failures,
                completed_at=self._now(),
                version=OperationRun.version + 1,
                active_key=None,
                lease_token=None,
                lease_until=None,
            )
            .returning(col(OperationRun.workspace_id))
        ).scalar_one_or_none()
        if workspace_id is None:
            raise LeaseLostError
        self._record("completed", run_id, workspace_id, None, {"outcome": outcome.value})
        metrics.run_transitions.labels(RunStatus.RUNNING, RunStatus.COMPLETED).inc()

    def fail(self, run_id: int, token: str, code: str, message: str, report: Report) -> None:
        """Close a run as failed for a reason of its own, added to what it had counted."""
        reason = {"code": code, "message": message, "count": 1, "sample": None}
        failed = Report(report.counts, [reason, *report.failures])
        self.complete(run_id, token, RunOutcome.FAILED, failed)

    def cancel(self, run_id: int, seen_version: int, user_id: int | None) -> None:
        """Cancel a run: at once while queued, by a flag that its worker observes while running.

        `seen_version` is what the person decided on. Raises `RunMovedError` when the run finished
        since, `RunNotFoundError`, or `IllegalTransitionError`.
        """
        run = self._require(run_id)
        status = ux_status(run.status, run.outcome)
        if not status.is_active:
            if run.version != seen_version:
                raise RunMovedError("This run finished while you were deciding. Nothing was done.")
            raise IllegalTransitionError(run.status, RunEvent.CANCEL)
        if run.status == RunStatus.RUNNING:
            self._request_cancellation(run, user_id)
        else:
            self._cancel_queued(run, user_id)

    def retry(
        self, run_id: int, seen_version: int, active_key: str, user_id: int | None
    ) -> Requested:
        """Request the same work once more, as a new run that names the old one."""
        run = self._require(run_id)
        if run.version != seen_version:
            raise RunMovedError("This run changed while you were deciding. Nothing was done.")
        if not ux_status(run.status, run.outcome).is_terminal:
            raise RunMovedError("Only a finished run can be started again.")
        return self.request(
            RunRequest(
                workspace_id=run.workspace_id,
                type=run.type,
                active_key=active_key,
                tenant_id=run.tenant_id,
                initiated_by_user_id=user_id,
                context=run.context if isinstance(run.context, dict) else None,
                retry_of_id=run_id,
            )
        )

    def boot(self, owner: str, *, is_rescue: bool = True) -> list[int]:
        """Take back what `owner`'s previous incarnation held when it died; return the run ids.

        Without `is_rescue`, hand back what `owner` holds because it stops in good order: that is
        no further attempt, and nothing to be alarmed about.
        """
        reason = "its worker died" if is_rescue else "the server stopped"
        rows = self._session.execute(
            update(OperationRun)
            .where(
                IS_ACTIVE,
                col(OperationRun.status) == RunStatus.RUNNING,
                col(OperationRun.runner) == Runner.WORKER,
                col(OperationRun.lease_owner) == owner,
            )
            .values(
                status=next_status(RunStatus.RUNNING, RunEvent.REQUEUE),
                attempt=OperationRun.attempt + int(is_rescue),
                version=OperationRun.version + 1,
                started_at=None,
                lease_token=None,
                lease_owner=None,
                lease_until=None,
            )
            .returning(col(OperationRun.id), col(OperationRun.workspace_id))
        ).all()
        for run_id, workspace_id in rows:
            assert run_id is not None  # a primary key
            self._record("requeued", run_id, workspace_id, None, {"reason": reason})
            self._enqueue(self._session, run_id)
            metrics.run_transitions.labels(RunStatus.RUNNING, RunStatus.QUEUED).inc()
            metrics.lease_rescues.inc(int(is_rescue))
        return [run_id for run_id, _ in rows if run_id is not None]

    def _cancel_queued(self, run: OperationRun, user_id: int | None) -> None:
        now = self._now()
        self._write(
            run,
            status=next_status(run.status, RunEvent.CANCEL),
            outcome=RunOutcome.CANCELLED.value,
            cancel_requested_at=now,
            completed_at=now,
            active_key=None,
        )
        self._record("cancelled", run.id, run.workspace_id, user_id)
        metrics.run_transitions.labels(RunStatus.QUEUED, RunStatus.COMPLETED).inc()

    def _request_cancellation(self, run: OperationRun, user_id: int | None) -> None:
        if run.cancel_requested_at is not None:
            return  # a second click, or a second person: one request is enough
        self._write(run, cancel_requested_at=self._now())
        self._record("cancel_requested", run.id, run.workspace_id, user_id)

    def _write(self, run: OperationRun, **values: Any) -> None:
        written = self._session.execute(
            update(OperationRun)
            .where(
                col(OperationRun.id) == run.id,
                col(OperationRun.version) == run.version,
                col(OperationRun.status) == run.status,
            )
            .values(version=OperationRun.version + 1, **values)
            .returning(col(OperationRun.id))
        ).scalar_one_or_none()
        if written is None:
            raise RunMovedError("This run changed at this very moment. Please look again.")

    def _insert(self, request: RunRequest) -> int:
        run_id = self._session.execute(
            insert(OperationRun)
            .values(
                workspace_id=request.workspace_id,
                tenant_id=request.tenant_id,
                initiated_by_user_id=request.initiated_by_user_id,
                type=request.type,
                status=RunStatus.QUEUED.value,
                context=dict(request.context or {}),
                summary_counts={},
                failure_summary=[],
                active_key=request.active_key,
                retry_of_id=request.retry_of_id,
                created_at=self._now(),
            )
            .returning(col(OperationRun.id))
        ).scalar_one()
        assert run_id is not None  # a primary key
        return run_id

    def _active_run_id(self, active_key: str) -> int | None:
        return self._session.scalar(
            select(col(OperationRun.id)).where(col(OperationRun.active_key) == active_key)
        )

    def _require(self, run_id: int) -> OperationRun:
        run = self._session.get(OperationRun, run_id)
        if run is None:
            raise RunNotFoundError
        return run

    def _now(self) -> datetime:
        return self._session.execute(select(utc_now())).scalar_one()

    def _record(
        self,
        action: str,
        run_id: int | None,
        workspace_id: int,
        user_id: int | None,
        details: dict[str, Any] | None = None,
    ) -> None:
        audit.record(
            self._session,
            f"run.{action}",
            "operation_run",
            run_id,
            workspace_id=workspace_id,
            actor_user_id=user_id,
            details=details,
        )


def insert_history(session: Session, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert runs that finished before this console watched them; return how many.

    Each row gives workspace_id, type, outcome, created_at, started_at and completed_at, and may
    give tenant_id, initiated_by_user_id, context, summary_counts and failure_summary.
    """
    finished = [{**row, "status": RunStatus.COMPLETED.value, "version": 3} for row in rows]
    if finished:
        # Nulls included: rows of one shape go to the database as one batch.
        session.execute(insert(OperationRun).execution_options(render_nulls=True), finished)
    return len(finished)


def _held_by(run_id: int, token: str) -> tuple[Any, ...]:
    return (
        col(OperationRun.id) == run_id,
        col(OperationRun.lease_token) == token,
        col(OperationRun.status) == RunStatus.RUNNING,
    )
