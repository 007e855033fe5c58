"""Starting, cancelling and retrying work, each with the rights checked in its own transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from models import OperationRun, Tenant
from policy.access import Action
from services.auth import Viewer
from services.operation_run_service import OperationRunService
from services.run_terms import Enqueue, Requested, RunNotFoundError, RunRequest


class OperationScope(StrEnum):
    """How far an operation reaches, and so who may start it."""

    TENANT = "tenant"
    WORKSPACE = "workspace"
    INSTANCE = "instance"


class NotAllowedError(Exception):
    """The person may see this, but not do it."""

    def __init__(self) -> None:
        super().__init__("You may not do this.")


class BusyElsewhereError(Exception):
    """The one active run of an operation belongs to somebody else."""

    def __init__(self) -> None:
        super().__init__("The instance is busy with this; try again later.")


@dataclass(frozen=True, slots=True)
class OperationOffer:
    """An operation as it is offered to people."""

    type: str
    title: str
    description: str
    scope: OperationScope


class Operations:
    """The use cases of people on runs, bound to one writing session."""

    def __init__(
        self, session: Session, enqueue: Enqueue, offers: Mapping[str, OperationOffer]
    ) -> None:
        self._session = session
        self._offers = offers
        self._service = OperationRunService(session, enqueue)

    def start(
        self,
        viewer: Viewer,
        workspace_id: int,
        operation_type: str,
        tenant_id: int | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Requested:
        """Start an operation in a workspace, or name the one that is running there already."""
        if not viewer.may_in(workspace_id, Action.SEE, tenant_id):
            raise RunNotFoundError
        offer = self._offers.get(operation_type)
        if offer is None:
            raise RunNotFoundError
        if tenant_id is not None:
            tenant = self._session.get(Tenant, tenant_id)
            if tenant is None or tenant.workspace_id != workspace_id:
                raise RunNotFoundError
        if not viewer.may_in(workspace_id, start_action(offer), tenant_id):
            raise NotAllowedError
        requested = self._service.request(
            RunRequest(
                workspace_id=workspace_id,
                type=operation_type,
                active_key=active_key(offer.scope, operation_type, workspace_id, tenant_id),
                tenant_id=tenant_id,
                initiated_by_user_id=viewer.user_id,
                context=context,
            )
        )
        return self._visible(viewer, requested)

    def cancel(self, viewer: Viewer, run_id: int, seen_version: int) -> None:
        """Cancel a run as it was seen at `seen_version`."""
        self._require(viewer, run_id, Action.CANCEL_OR_RETRY)
        self._service.cancel(run_id, seen_version, viewer.user_id)

    def retry(self, viewer: Viewer, run_id: int, seen_version: int) -> Requested:
        """Start a finished run's work again as a new run."""
        run = self._require(viewer, run_id, Action.CANCEL_OR_RETRY)
        if not may_retry(viewer, self._offers, run.workspace_id, run.tenant_id, run.type):
            raise NotAllowedError
        offer = self._offers.get(run.type)
        scope = OperationScope.WORKSPACE if offer is None else offer.scope
        key = active_key(scope, run.type, run.workspace_id, run.tenant_id)
        requested = self._service.retry(run_id, seen_version, key, viewer.user_id)
        return self._visible(viewer, requested)

    def _visible(self, viewer: Viewer, requested: Requested) -> Requested:
        """An instance-wide operation may be at work elsewhere, on a run that is hidden here."""
        run = self._session.get(OperationRun, requested.run_id)
        if run is None or not viewer.may_in(run.workspace_id, Action.SEE, run.tenant_id):
            raise BusyElsewhereError
        return requested

    def _require(self, viewer: Viewer, run_id: int, action: Action) -> OperationRun:
        run = self._session.get(OperationRun, run_id)
        if run is None or not viewer.may_in(run.workspace_id, Action.SEE, run.tenant_id, run.type):
            raise RunNotFoundError
        if not viewer.may_in(run.workspace_id, action, run.tenant_id, run.type):
            raise NotAllowedError
        return run


def may_retry(
    viewer: Viewer,
    offers: Mapping[str, OperationOffer],
    workspace_id: int,
    tenant_id: int | None,
    run_type: str,
) -> bool:
    """Whether the person may start such a run again; who may not start it may not retry it."""
    offer = offers.get(run_type)
    is_wide = offer is not None and offer.scope is OperationScope.INSTANCE
    if is_wide and not viewer.may_in(workspace_id, Action.START_INSTANCE_WIDE):
        return False
    return viewer.may_in(workspace_id, Action.CANCEL_OR_RETRY, tenant_id, run_type)


def start_action(offer: OperationOffer) -> Action:
    """The right that starting an offer needs."""
    if offer.scope is OperationScope.INSTANCE:
        return Action.START_INSTANCE_WIDE
    return Action.START


def active_key(
    scope: OperationScope, operation_type: str, workspace_id: int, tenant_id: int | None
) -> str:
    """What has at most one active run: the operation, in the reach that it declares."""
    if scope is OperationScope.INSTANCE:
        return operation_type
    return f"{operation_type}:{workspace_id}:{tenant_id if tenant_id is not None else '-'}"
