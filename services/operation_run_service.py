"""The only owner of an `OperationRun`'s lifecycle. No other code writes its state columns."""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Text, cast, func, insert, literal, select, update
from sqlalchemy.orm import Session

from models import IS_ACTIVE, PACK_GENERATION, Runner, RunOutcome, RunStatus
from models.columns import from_now
from policy.lifecycle import MOST_DELIVERIES, IllegalTransitionError, RunEvent, next_status
from policy.status import ux_status
from policy.wording import said
from services import after_commit, audit, metrics, pack_rows
from services import run_statements as statements
from services.notifications.emission import tell_end
from services.run_statements import RUN, By, Sql
from services.run_terms import (
    ClaimedRun,
    Closing,
    Delivery,
    Enqueue,
    LeaseLostError,
    Report,
    Requested,
    RunMovedError,
    RunNotFoundError,
    RunRequest,
)

LEASE = timedelta(seconds=30)
EVERY_RUNNER = frozenset(Runner)

_UNSTARTED: dict[str, Any] = dict.fromkeys(
    ("lease_token", "lease_owner", "lease_until", "started_at", "heartbeat_at")
)
_CLOSED: dict[str, Any] = {
    "completed_at": Sql.NOW,
    "active_key": None,
    "lease_token": None,
    "lease_until": None,
}


class OperationRunService:
    """Every transition of a run, bound to one writing session.

    Each is one compare-and-set on a legal edge, bumps `version`, and writes its audit line in
    the same transaction. Times are the database's own. A heartbeat moves nothing, and so leaves
    no line. `lease` is how long a run stays in its worker's hands without one. `via` says in
    every line through what a program acts, who is no user.
    """

    def __init__(
        self,
        session: Session,
        enqueue: Enqueue | None = None,
        lease: timedelta = LEASE,
        via: Mapping[str, Any] | None = None,
    ) -> None:
        self._session = session
        self._enqueue = enqueue or (lambda _session, _delivery: None)
        self._lease = lease
        self._via = {} if via is None else {"via": dict(via)}

    # --- asked for -------------------------------------------------------------------------

    def request(self, request: RunRequest) -> Requested:
        """Queue new work, or name the run that is already active for the same key."""
        run_id = self._insert_unless_active(request)
        if isinstance(run_id, Requested):
            return run_id
        if request.runner == Runner.WORKER:
            self._enqueue(self._session, Delivery(run_id, 1, request.priority, request.run_at))
        return Requested(run_id, is_new=True)

    def start_external(
        self, request: RunRequest, owner: str, token: str | None = None
    ) -> tuple[Requested, str | None]:
        """Start the run of a program outside, which holds it by the token that is returned.

        Without a token when the key's run is active already: that one is somebody else's. Unless
        it is held by the very `token` that is brought along: then the answer got lost.
        """
        requested = self.request(replace(request, runner=Runner.EXTERNAL))
        run = self._find(requested.run_id)
        if not requested.is_new:
            is_own = token is not None and run.lease_token == token
            return requested, token if is_own else None
        claimed = self._take(run, owner, token)
        assert claimed is not None  # nobody else has seen it yet
        return requested, claimed.token

    def retry(
        self, run_id: int, seen_version: int, active_key: str, user_id: int | None
    ) -> Requested:
        """Request the same work once more, as a new run that names the old one."""
        run = self._find(run_id)
        if run.version != seen_version:
            raise RunMovedError(said("This run changed while you were deciding. Nothing was done."))
        if run.runner == Runner.EXTERNAL:
            raise RunMovedError(said("Only the program outside can start its work again."))
        if not ux_status(run.status, run.outcome).is_terminal:
            raise RunMovedError(said("Only a finished run can be started again."))
        return self.request(
            RunRequest(
                workspace_id=run.workspace_id,
                type=run.type,
                active_key=active_key,
                tenant_id=run.tenant_id,
                initiated_by_user_id=user_id,
                context=run.context if isinstance(run.context, dict) else None,
                retry_of_id=run_id,
                priority=run.priority,
                concurrency_key=run.concurrency_key,
                concurrency_limit=run.concurrency_limit,
            )
        )

    def cancel(self, run_id: int, seen_version: int, user_id: int | None) -> None:
        """Cancel a run: at once while queued, by a flag that its holder observes while running.

        `seen_version` is what the person decided on. Raises `RunMovedError` when the run finished
        since, `RunNotFoundError`, or `IllegalTransitionError`.
        """
        run = self._find(run_id)
        if not ux_status(run.status, run.outcome).is_active:
            if run.version != seen_version:
                raise RunMovedError(
                    said("This run finished while you were deciding. Nothing was done.")
                )
            raise IllegalTransitionError(run.status, RunEvent.CANCEL)
        if run.status == RunStatus.RUNNING:
            self._request_cancellation(run, user_id)
        else:
            self._cancel_queued(run, user_id)

    # --- at work ---------------------------------------------------------------------------

    def claim(self, owner: str, run_id: int | None = None) -> ClaimedRun | None:
        """Take the next queued run, or the one named, for `owner`; None when there is none.

        The one named is also taken out of hands whose lease has run out. A run that was
        delivered too often is not handed out again: it fails with "crash loop".
        """
        while (run := self._next_claimable(run_id)) is not None:
            if run.deliveries < MOST_DELIVERIES:
                return self._take(run, owner)
            self._give_up(run)
        return None

    def heartbeat(self, run_id: int, token: str, report: Report | None = None) -> bool:
        """Extend the lease, with what is done so far; return whether to cancel.

        Raises `LeaseLostError` when `token` no longer holds the run.
        """
        progress = {} if report is None else _told(report)
        held = self._move_held(
            run_id,
            token,
            RunEvent.HEARTBEAT,
            heartbeat_at=Sql.NOW,
            lease_until=Sql.LEASE_END,
            **progress,
        )
        return held.cancel_requested_at is not None

    def complete(
        self,
        run_id: int,
        token: str,
        outcome: RunOutcome,
        report: Report,
        closing: Closing | None = None,
    ) -> None:
        """Close a run that `token` holds. Raises `LeaseLostError` when it no longer does.

        `closing` writes what the run has come to; it is stored exactly if the run's end is.
        """
        if closing is not None:
            # The run first, and what hangs on it then: the order in which all of them lock.
            self.heartbeat(run_id, token)
            closing(self._session)
        self._complete(run_id, token, outcome, report)

    def fail(self, run_id: int, token: str, code: str, message: str, report: Report) -> None:
        """Close a run as failed for a reason of its own, added to what it had counted."""
        failed = Report(report.counts, [_failure(code, message), *(report.failures or [])])
        self._complete(run_id, token, RunOutcome.FAILED, failed, code=code)

    def retry_later(
        self, run_id: int, token: str, code: str, message: str, report: Report, delay: timedelta
    ) -> None:
        """Give a run that failed another attempt after `delay`, by its operation's policy."""
        failed = Report(report.counts, [_failure(code, message), *(report.failures or [])])
        run = self._move_held(
            run_id,
            token,
            RunEvent.RETRY,
            delay=delay,
            attempt=Sql.ONE_MORE,
            deliveries=0,  # it ended in an orderly way: no crash to count
            available_at=Sql.AFTER_DELAY,
            **_told(failed),
            **_UNSTARTED,
        )
        self._record(run, "retry_scheduled", code=code, seconds=round(delay.total_seconds()))
        if not self._is_cancelled_now(run):
            self._queue_again(run)
        self._let_next_in(run)

    def hand_back(self, run_id: int, token: str) -> None:
        """Return a run because its worker stops in good order: no attempt and no crash of its own.

        Raises `LeaseLostError`.
        """
        run = self._move_held(
            run_id, token, RunEvent.HAND_BACK, deliveries=Sql.ONE_LESS, **_UNSTARTED
        )
        self._record(run, "handed_back", reason="its worker stopped")
        if not self._is_cancelled_now(run):
            self._queue_again(run)

    def keep_late_report(
        self, run_id: int, token: str, outcome: RunOutcome, report: Report
    ) -> bool:
        """Keep what a program outside reported after it had lost its run, as evidence.

        False, and nothing is kept, when `token` never held the run, or has told already: one
        report is evidence, and any number of them would be a flood.
        """
        run = self._find(run_id)
        if run.status != RunStatus.COMPLETED or run.lease_token != token:
            return False
        forgotten = self._session.execute(
            update(RUN)
            .where(RUN.c.id == run_id, RUN.c.lease_token == token)
            .values(lease_token=None, version=RUN.c.version + 1)
            .returning(RUN.c.id)
        ).one_or_none()
        if forgotten is None:
            return False
        self._record(run, "late_report", outcome=outcome.value, **_told(report))
        return True

    # --- taken back ------------------------------------------------------------------------

    def rescue(self, runners: Collection[Runner] = EVERY_RUNNER) -> list[int]:
        """Take back the runs whose lease has run out; return their ids, at most 100.

        The workers' go back to the queue for another attempt, unless they were to be cancelled;
        those of programs outside fail with "lost contact", which only a process that they can
        reach should say.
        """
        expired = self._session.execute(statements.expired(frozenset(runners))).all()
        return [run.id for run in expired if self._take_back(run, "its lease ran out")]

    def boot(self, owner: str) -> list[int]:
        """Take back what `owner`'s previous incarnation held when it died; return the run ids."""
        left = self._session.execute(statements.HELD_BY_OWNER, {"owner": owner}).all()
        return [run.id for run in left if self._take_back(run, "its worker died")]

    def excuse_silence(self) -> int:
        """Give the programs outside a whole lease anew, because nobody could hear them.

        For the start of a process that listens; returns how many runs are waited for.
        """
        excused = self._session.execute(
            update(RUN)
            .where(
                IS_ACTIVE,
                RUN.c.status == RunStatus.RUNNING,
                RUN.c.runner == Runner.EXTERNAL,
                RUN.c.lease_until < from_now(self._lease),
            )
            .values(lease_until=from_now(self._lease), version=RUN.c.version + 1)
            .returning(RUN.c.id)
        ).all()
        return len(excused)

    def _take_back(self, run: Row[Any], reason: str) -> bool:
        if run.runner != Runner.WORKER:
            return self._lose_contact(run)
        if run.cancel_requested_at is not None:
            return self._close_cancelled(run, reason)
        moved = self._move(
            run, RunEvent.RESCUE, attempt=Sql.ONE_MORE, available_at=None, **_UNSTARTED
        )
        if moved is None:
            return False
        self._record(run, "rescued", reason=reason, owner=run.lease_owner)
        after_commit.call(self._session, metrics.lease_rescues.inc)
        self._queue_again(moved)
        return True

    def _lose_contact(self, run: Row[Any]) -> bool:
        # Its token stays, so that a late report can be told from a stranger's.
        message = "Lost contact: the program outside stopped reporting."
        outcome = RunOutcome.FAILED if run.cancel_requested_at is None else RunOutcome.CANCELLED
        moved = self._move(
            run,
            RunEvent.LOSE_CONTACT,
            outcome=outcome.value,
            failure_summary=[_failure("lost_contact", message), *_listed(run.failure_summary)],
            completed_at=Sql.NOW,
            active_key=None,
            lease_until=None,
        )
        if moved is None:
            return False
        self._record(run, "lost_contact", outcome=outcome.value, owner=run.lease_owner)
        return True

    def _close_cancelled(self, run: Row[Any], reason: str) -> bool:
        moved = self._move(run, RunEvent.COMPLETE, outcome=RunOutcome.CANCELLED.value, **_CLOSED)
        if moved is None:
            return False
        self._record(run, "completed", outcome=RunOutcome.CANCELLED.value, reason=reason)
        self._let_next_in(run)
        return True

    # --- the steps of the above ------------------------------------------------------------

    def _insert_unless_active(self, request: RunRequest) -> int | Requested:
        while (run_id := self._insert(request)) is None:
            active = self._active_run_id(request.active_key)
            if active is not None:
                return Requested(active, is_new=False)
            # It has just ended; or another program ended it, and left it its key.
            self._session.execute(statements.FREE_KEY, {"key": request.active_key})
        audit.record(
            self._session,
            "run.requested",
            "operation_run",
            run_id,
            workspace_id=request.workspace_id,
            actor_user_id=request.initiated_by_user_id,
            details={"type": request.type, "retry_of_id": request.retry_of_id, **self._via},
        )
        self._count("none", RunStatus.QUEUED)
        return run_id

    def _insert(self, request: RunRequest) -> int | None:
        run_id: int | None = self._session.scalar(
            statements.insert_unless_active(self._session.get_bind().dialect.name),
            {
                "workspace_id": request.workspace_id,
                "tenant_id": request.tenant_id,
                "initiated_by_user_id": request.initiated_by_user_id,
                "type": request.type,
                "status": RunStatus.QUEUED.value,
                "runner": request.runner.value,
                "context": dict(request.context or {}),
                "summary_counts": {},
                "failure_summary": [],
                "active_key": request.active_key,
                "retry_of_id": request.retry_of_id,
                "priority": request.priority,
                "available_at": request.run_at,
                "concurrency_key": request.concurrency_key,
                "concurrency_limit": request.concurrency_limit,
            },
        )
        return run_id

    def _active_run_id(self, active_key: str) -> int | None:
        return self._session.scalar(statements.FIND_ACTIVE_ID, {"key": active_key})

    def _next_claimable(self, run_id: int | None) -> Row[Any] | None:
        if run_id is None:
            return self._session.execute(statements.NEXT_CLAIMABLE).one_or_none()
        return self._session.execute(statements.CLAIMABLE, {"run_id": run_id}).one_or_none()

    def _take(self, run: Row[Any], owner: str, own_token: str | None = None) -> ClaimedRun | None:
        if run.concurrency_key is not None:
            self._claim_in_turn(run.concurrency_key)
        was_abandoned = run.status == RunStatus.RUNNING
        token = own_token or secrets.token_hex(16)
        taken = self._move(
            run,
            RunEvent.CLAIM,
            By.VERSION_WITH_ROOM,
            started_at=Sql.NOW,
            heartbeat_at=Sql.NOW,
            deliveries=Sql.ONE_MORE,
            available_at=None,
            lease_token=token,
            lease_owner=owner,
            lease_until=Sql.LEASE_END,
            **({"attempt": Sql.ONE_MORE} if was_abandoned else {}),
        )
        if taken is None:
            return None
        self._record(taken, "claimed", owner=owner, attempt=taken.attempt)
        return ClaimedRun(
            id=taken.id,
            token=token,
            type=taken.type,
            workspace_id=taken.workspace_id,
            tenant_id=taken.tenant_id,
            initiated_by_user_id=taken.initiated_by_user_id,
            context=taken.context,
            created_at=taken.created_at,
            attempt=taken.attempt,
        )

    def _claim_in_turn(self, concurrency_key: str) -> None:
        # Two claims at once would each count the other as not yet at work. SQLite's writers
        # come one after the other anyway.
        if self._session.get_bind().dialect.name == "postgresql":
            lock = func.hashtextextended(cast(literal(concurrency_key), Text), 0)
            self._session.execute(select(func.pg_advisory_xact_lock(lock)))

    def _give_up(self, run: Row[Any]) -> None:
        message = (
            f"Crash loop: {run.deliveries} workers died at this run, so it is not handed out again."
        )
        moved = self._move(
            run,
            RunEvent.GIVE_UP,
            outcome=RunOutcome.FAILED.value,
            failure_summary=[_failure("crash_loop", message), *_listed(run.failure_summary)],
            **_CLOSED,
        )
        if moved is not None:
            self._record(run, "completed", outcome=RunOutcome.FAILED.value, reason="crash loop")
            self._let_next_in(run)

    def _complete(
        self, run_id: int, token: str, outcome: RunOutcome, report: Report, **details: Any
    ) -> None:
        run = self._move_held(
            run_id, token, RunEvent.COMPLETE, outcome=outcome.value, **_told(report), **_CLOSED
        )
        self._record(run, "completed", outcome=outcome.value, **details)
        self._let_next_in(run)

    def _cancel_queued(self, run: Row[Any], user_id: int | None) -> None:
        moved = self._move(
            run,
            RunEvent.CANCEL,
            outcome=RunOutcome.CANCELLED.value,
            cancel_requested_at=Sql.NOW,
            **_CLOSED,
        )
        if moved is None:
            raise RunMovedError(said("This run changed at this very moment. Please look again."))
        self._record(run, "cancelled", user_id)
        self._let_next_in(run)

    def _is_cancelled_now(self, run: Row[Any]) -> bool:
        """Close a run that came back to the queue while it was to be cancelled."""
        if run.cancel_requested_at is None:
            return False
        self._cancel_queued(run, None)
        return True

    def _request_cancellation(self, run: Row[Any], user_id: int | None) -> None:
        if run.cancel_requested_at is not None:
            return  # a second click, or a second person: one request is enough
        flagged = self._session.execute(
            statements.REQUEST_CANCELLATION, {"run_id": run.id}
        ).one_or_none()
        if flagged is None:
            raise RunMovedError(said("This run changed at this very moment. Please look again."))
        self._record(run, "cancel_requested", user_id)

    def _queue_again(self, run: Row[Any]) -> None:
        delivery = Delivery(run.id, run.attempt, run.priority, run.available_at)
        self._enqueue(self._session, delivery)

    def _let_next_in(self, run: Row[Any]) -> None:
        """Deliver again those that were refused at their delivery for their key's limit.

        As many as may be at work at once, since several may end at this very moment.
        """
        if run.concurrency_key is None:
            return
        waiting = self._session.execute(
            statements.NEXT_OF_KEY,
            {"key": run.concurrency_key, "most": run.concurrency_limit or 1},
        )
        for next_run in waiting.all():
            self._queue_again(next_run)

    # --- compare and set -------------------------------------------------------------------

    def _move_held(
        self,
        run_id: int,
        token: str,
        event: RunEvent,
        delay: timedelta = timedelta(0),
        **values: Any,
    ) -> Row[Any]:
        """Take an edge from `running`, as the one who holds the run by `token`."""
        moved = self._set(run_id, RunStatus.RUNNING, event, By.TOKEN, token, values, delay)
        if moved is None:
            raise LeaseLostError
        return moved

    def _move(
        self, run: Row[Any], event: RunEvent, by: By = By.VERSION, **values: Any
    ) -> Row[Any] | None:
        """Take an edge from where `run` was when it was read; None when it has moved since."""
        return self._set(run.id, run.status, event, by, run.version, values)

    def _set(
        self,
        run_id: int,
        current: str,
        event: RunEvent,
        by: By,
        known: Any,
        values: dict[str, Any],
        delay: timedelta = timedelta(0),
    ) -> Row[Any] | None:
        target = next_status(current, event)
        given = {name: value for name, value in values.items() if not isinstance(value, Sql)}
        worked_out = tuple((name, sql) for name, sql in values.items() if isinstance(sql, Sql))
        moved = self._session.execute(
            statements.move(str(current), str(target), by, tuple(given), worked_out),
            {
                "run_id": run_id,
                "known": known,
                "lease_seconds": self._lease.total_seconds(),
                "delay_seconds": delay.total_seconds(),
                **{f"new_{name}": value for name, value in given.items()},
            },
        ).one_or_none()
        if moved is not None and event is not RunEvent.HEARTBEAT:
            self._count(current, target)
            if moved.type == PACK_GENERATION:
                pack_rows.follow(self._session, moved.id, target)
            if target == RunStatus.COMPLETED:
                tell_end(self._session, moved, self.request)
        return moved

    def _find(self, run_id: int) -> Row[Any]:
        run = self._session.execute(statements.FIND, {"run_id": run_id}).one_or_none()
        if run is None:
            raise RunNotFoundError
        return run

    def _count(self, current: str, target: str) -> None:
        edge = metrics.run_transitions.labels(current, target)
        after_commit.call(self._session, edge.inc)

    def _record(
        self, run: Row[Any], action: str, user_id: int | None = None, **details: Any
    ) -> None:
        audit.record(
            self._session,
            f"run.{action}",
            "operation_run",
            run.id,
            workspace_id=run.workspace_id,
            actor_user_id=user_id,
            details={**details, **self._via},
        )


def find_expired(session: Session, runners: Collection[Runner] = EVERY_RUNNER) -> bool:
    """Whether `rescue` would find anything: a look that takes no write lock."""
    return session.execute(statements.expired(frozenset(runners))).first() is not None


def find_waiting(session: Session) -> list[Delivery]:
    """The runs that a worker could take now, in the order of the queue, at most 100."""
    waiting = session.execute(statements.WAITING)
    return [Delivery(run.id, run.attempt, run.priority, None) for run in waiting]


def insert_history(session: Session, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert runs that finished before this console watched them; return how many.

    Each row gives workspace_id, type, outcome, created_at, started_at and completed_at, and may
    give tenant_id, initiated_by_user_id, context, summary_counts and failure_summary, if all do.
    """
    finished = [{**row, "status": RunStatus.COMPLETED.value, "version": 3} for row in rows]
    if finished:
        session.execute(insert(RUN), finished)
    return len(finished)


def _told(report: Report) -> dict[str, Any]:
    told = {"summary_counts": report.counts, "failure_summary": report.failures}
    return {name: value for name, value in told.items() if value is not None}


def _failure(code: str, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "count": 1, "sample": None}


def _listed(stored: Any) -> Sequence[Any]:
    return stored if isinstance(stored, list) else []
