"""Asking for a review pack: one that is being made already, or a new one with its run."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from models import PACK_GENERATION, Tenant
from policy.access import Action
from policy.wording import said
from services import pack_rows
from services.auth import Viewer
from services.operation_options import CONTEXT_KEY
from services.operation_run_service import OperationRunService
from services.operations import NotAllowedError
from services.packs.order import PackOptions
from services.run_terms import Enqueue, RunRequest


class TenantNotFoundError(Exception):
    """There is no such tenant, or none that the asking person may see."""

    def __init__(self) -> None:
        super().__init__(said("This tenant does not exist."))


@dataclass(frozen=True, slots=True)
class RequestedPack:
    """The pack that serves a request: a new one, or the tenant's active one.

    `run_id` is None only for an active pack that another program wrote without a run.
    """

    pack_id: int
    run_id: int | None
    is_new: bool


class ReviewPacks:
    """The use cases of people on review packs, bound to one writing session."""

    def __init__(self, session: Session, enqueue: Enqueue) -> None:
        self._session = session
        self._service = OperationRunService(session, enqueue)

    def request(self, viewer: Viewer, tenant_id: int, options: PackOptions) -> RequestedPack:
        """Have a pack made: pack, run and job at once. A tenant has one active pack.

        Raises `TenantNotFoundError` or `NotAllowedError`.
        """
        tenant = self._session.get(Tenant, tenant_id)
        if tenant is None or not viewer.may_in(tenant.workspace_id, Action.SEE, tenant_id):
            raise TenantNotFoundError
        if not viewer.may_in(tenant.workspace_id, Action.GENERATE_PACK, tenant_id):
            raise NotAllowedError
        active = pack_rows.find_active(self._session, tenant_id)
        if active is not None:
            return RequestedPack(active.id, active.run_id, is_new=False)
        requested = self._service.request(
            RunRequest(
                workspace_id=tenant.workspace_id,
                type=PACK_GENERATION,
                active_key=pack_rows.generation_key(tenant.workspace_id, tenant_id),
                tenant_id=tenant_id,
                initiated_by_user_id=viewer.user_id,
                context={CONTEXT_KEY: options.as_json()},
            )
        )
        pack_id, is_new = pack_rows.put_beside(self._session, requested.run_id, options.as_json())
        return RequestedPack(pack_id, requested.run_id, is_new)
