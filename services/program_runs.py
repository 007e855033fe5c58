"""What programs do with runs, each bound to their token's workspace: another's does not exist."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import BULK_RUN, PACK_GENERATION, Runner, RunOutcome, RunStatus, Tenant
from policy.lifecycle import IllegalTransitionError
from policy.wording import said
from services import api_tokens
from services.api_tokens import Program
from services.operation_options import CONTEXT_KEY
from services.operation_run_service import OperationRunService
from services.operations import NeedsCorrectionError, OperationOffer, run_request
from services.run_records import RunRecord, find_record
from services.run_terms import (
    Enqueue,
    LeaseLostError,
    Report,
    RunMovedError,
    RunNotFoundError,
    RunRequest,
)
from stillwatch.operations import Scope


class TenantNotFoundError(Exception):
    """There is no such tenant, or none in the program's workspace."""

    def __init__(self) -> None:
        super().__init__(said("This tenant does not exist."))


class UnsuitableRequestError(Exception):
    """What was asked for makes no sense for this type of run; the message says why."""


class AlreadyActiveError(Exception):
    """The key's run is active already, in somebody else's hands."""

    def __init__(self, run: RunRecord) -> None:
        super().__init__(f"Run {run.id} with this active_key is {run.status} already.")
        self.run = run


class ReportRefusedError(Exception):
    """A report changed nothing. `code` says why to a program, the message to a person.

    `not_held`: the token never held the run. `already_completed`: it was completed before, by
    its holder. `lease_lost`: it was taken from its holder, who was silent for too long.
    """

    def __init__(self, code: str, message: str, run: RunRecord, is_kept: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.run = run
        self.is_kept = is_kept


@dataclass(frozen=True, slots=True)
class WantedRun:
    """A run as a program asks for it. Without `runner`, its type says who is to do it."""

    type: str
    runner: Runner | None = None
    tenant: str | None = None
    active_key: str | None = None
    context: Mapping[str, Any] | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class StartedRun:
    """The run that serves a request; `token` is there when the program is to do it itself."""

    run: RunRecord
    token: str | None
    is_new: bool


class ProgramRuns:
    """The use cases of one program on runs, bound to one writing session."""

    def __init__(
        self,
        session: Session,
        program: Program,
        enqueue: Enqueue,
        offers: Mapping[str, OperationOffer],
        lease: timedelta,
    ) -> None:
        api_tokens.require_live(session, program)
        self._session = session
        self._program = program
        self._offers = offers
        via = {"token_id": program.token_id, "name": program.name}
        self._service = OperationRunService(session, enqueue, lease, via)

    def start(self, wanted: WantedRun) -> StartedRun:
        """Start a run of the program's own, or queue an operation that the console's workers do.

        Raises `TenantNotFoundError`, `UnsuitableRequestError`, or `AlreadyActiveError`.
        """
        tenant_id = find_tenant_id(self._session, self._program, wanted.tenant)
        if wanted.type == PACK_GENERATION:
            raise UnsuitableRequestError("A review pack is asked for on the page of its tenant.")
        if wanted.type == BULK_RUN:
            raise UnsuitableRequestError("A bulk run is asked for on the list of operations.")
        offer = self._offers.get(wanted.type)
        if wanted.runner is Runner.WORKER or (wanted.runner is None and offer is not None):
            return self._queue(wanted, offer, tenant_id)
        if offer is not None:
            raise UnsuitableRequestError(
                f"{wanted.type} is an operation of the console's own workers: leave out runner, "
                "or name the program's run otherwise."
            )
        return self._begin(wanted, tenant_id)

    def heartbeat(self, run_id: int, token: str, report: Report) -> bool:
        """Say that the work goes on, and how far it is; return whether it is to be cancelled.

        Raises `RunNotFoundError` or `ReportRefusedError`.
        """
        self._require_external(run_id)
        try:
            return self._service.heartbeat(run_id, token, report)
        except LeaseLostError:
            raise self._refusal(run_id, token) from None

    def complete(self, run_id: int, token: str, outcome: RunOutcome, report: Report) -> RunRecord:
        """Close a run. Raises `RunNotFoundError`, or `LeaseLostError`: see `keep_late_report`."""
        self._require_external(run_id)
        self._service.complete(run_id, token, outcome, report)
        return self._find(run_id)

    def keep_late_report(
        self, run_id: int, token: str, outcome: RunOutcome, report: Report
    ) -> ReportRefusedError:
        """Keep a refused report as evidence if its token held the run; return the refusal.

        In a transaction of its own: the refusal rolled the first one back.
        """
        refusal = self._refusal(run_id, token)
        if self._service.keep_late_report(run_id, token, outcome, report):
            return ReportRefusedError(
                "lease_lost", f"{refusal} The report is kept as evidence.", refusal.run, True
            )
        return refusal

    def cancel(self, run_id: int) -> RunRecord:
        """Ask for a run's end: at once while queued, by its next heartbeat while running.

        Raises `RunNotFoundError`, or `RunMovedError` when it has ended already.
        """
        run = self._find(run_id)
        try:
            self._service.cancel(run_id, run.version, None)
        except IllegalTransitionError:
            raise RunMovedError(f"This run has ended already: {run.outcome}.") from None
        return self._find(run_id)

    def _queue(
        self, wanted: WantedRun, offer: OperationOffer | None, tenant_id: int | None
    ) -> StartedRun:
        if offer is None:
            raise UnsuitableRequestError(f"The console's workers know no operation {wanted.type}.")
        if offer.scope is Scope.INSTANCE:
            raise UnsuitableRequestError(
                f"{wanted.type} concerns the whole instance; only an owner may start it."
            )
        given = dict(wanted.context or {})
        try:
            request = run_request(
                offer, self._program.workspace_id, tenant_id, given.pop(CONTEXT_KEY, None)
            )
        except NeedsCorrectionError as error:
            raise UnsuitableRequestError(f"{wanted.type}: {error}") from None
        requested = self._service.request(
            replace(
                request,
                # Without a key of its own it is the one that people's clicks share.
                active_key=self._own_key(wanted.active_key) or request.active_key,
                context={**given, **(request.context or {})},
            )
        )
        return StartedRun(self._find(requested.run_id), None, requested.is_new)

    def _begin(self, wanted: WantedRun, tenant_id: int | None) -> StartedRun:
        key = wanted.active_key or f"{wanted.type}:{wanted.tenant or '-'}"
        requested, token = self._service.start_external(
            RunRequest(
                workspace_id=self._program.workspace_id,
                type=wanted.type,
                active_key=self._own_key(key) or "",
                tenant_id=tenant_id,
                context=wanted.context,
            ),
            owner=self._program.name,
            token=self._token_of(wanted.idempotency_key),
        )
        run = self._find(requested.run_id)
        if token is None:
            raise AlreadyActiveError(run)
        return StartedRun(run, token, requested.is_new)

    def _own_key(self, key: str | None) -> str | None:
        """Keys are unique in the instance: no program may occupy, or feel for, another's."""
        return None if key is None else f"{_key_prefix(self._program.workspace_id)}{key}"

    def _token_of(self, idempotency_key: str | None) -> str | None:
        """The same for the same key of the same program, and nobody else can tell it."""
        if idempotency_key is None:
            return None
        secret = api_tokens.find_secret(self._session, self._program)
        return hmac.new(secret.encode(), idempotency_key.encode(), hashlib.sha256).hexdigest()

    def _refusal(self, run_id: int, token: str) -> ReportRefusedError:
        run = self._find(run_id)
        if run.status != RunStatus.COMPLETED:
            return ReportRefusedError("not_held", "This token does not hold the run.", run)
        if _was_lost(run):
            lost = "Contact with this run was lost, and so it was closed; the report is refused."
            return ReportRefusedError("lease_lost", lost, run)
        done = f"This run was completed before as {run.outcome}; the report is refused."
        return ReportRefusedError("already_completed", done, run)

    def _require_external(self, run_id: int) -> None:
        run = self._find(run_id)
        if run.runner != Runner.EXTERNAL:
            done = "The console's workers do this run; no program reports on it."
            raise ReportRefusedError("not_held", done, run)

    def _find(self, run_id: int) -> RunRecord:
        run = find_record(self._session, self._program.workspace_id, run_id)
        if run is None:
            raise RunNotFoundError
        return run


def find_tenant_id(session: Session, program: Program, slug: str | None) -> int | None:
    """The tenant of the program's workspace. Raises `TenantNotFoundError`; None is the whole."""
    if slug is None:
        return None
    tenant_id = session.scalar(
        select(col(Tenant.id)).where(
            col(Tenant.slug) == slug, col(Tenant.workspace_id) == program.workspace_id
        )
    )
    if tenant_id is None:
        raise TenantNotFoundError
    return tenant_id


def told_key(run: RunRecord) -> str | None:
    """The active key as its program gave it."""
    return run.active_key and run.active_key.removeprefix(_key_prefix(run.workspace_id))


def _key_prefix(workspace_id: int) -> str:
    return f"program:{workspace_id}:"


def _was_lost(run: RunRecord) -> bool:
    groups = run.failures if isinstance(run.failures, list) else []
    return any(isinstance(group, dict) and group.get("code") == "lost_contact" for group in groups)
