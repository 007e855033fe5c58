"""Starting, cancelling and retrying work, each with the rights checked in its own transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from models import BULK_RUN, NOTIFICATION_SENDING, PACK_GENERATION, OperationRun, Tenant
from policy.access import Action
from policy.wording import said
from services import pack_rows
from services.auth import Viewer
from services.notifications import letters
from services.operation_options import (
    CONTEXT_KEY,
    OptionsError,
    OptionsForm,
    digest_of,
    stored_options,
)
from services.operation_run_service import OperationRunService
from services.run_terms import (
    Enqueue,
    Requested,
    RunMovedError,
    RunNotFoundError,
    RunRequest,
)
from stillwatch.operations import Scope


class NotAllowedError(Exception):
    """The person may see this, but not do it."""

    def __init__(self) -> None:
        super().__init__(said("You may not do this."))


class BusyElsewhereError(Exception):
    """The one active run of an operation belongs to somebody else."""

    def __init__(self) -> None:
        super().__init__(said("The instance is busy with this; try again later."))


class NeedsCorrectionError(Exception):
    """What was filled in does not fit: why, for the tenant and for each option by its name."""

    def __init__(self, tenant: str, options: Mapping[str, str]) -> None:
        super().__init__(" ".join(filter(None, (tenant, *options.values()))))
        self.tenant = tenant
        self.options = dict(options)


@dataclass(frozen=True, slots=True)
class OperationOffer:
    """An operation as it is offered to people; `concurrency` counts within its scope."""

    type: str
    title: str
    description: str
    scope: Scope
    options: OptionsForm | None = None
    concurrency: int | None = None


class Operations:
    """The use cases of people on runs, bound to one writing session.

    `via` says in the trail through what a person acts who is not there.
    """

    def __init__(
        self,
        session: Session,
        enqueue: Enqueue,
        offers: Mapping[str, OperationOffer],
        via: Mapping[str, Any] | None = None,
    ) -> None:
        self._session = session
        self._offers = offers
        self._service = OperationRunService(session, enqueue, via=via)

    def start(
        self,
        viewer: Viewer,
        workspace_id: int,
        operation_type: str,
        tenant_id: int | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Requested:
        """Start an operation in a workspace, or name the one that is running there already.

        Raises `NeedsCorrectionError` when the tenant or an option does not fit.
        """
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
            run_request(offer, workspace_id, tenant_id, options, viewer.user_id)
        )
        return self._visible(viewer, requested)

    def cancel(self, viewer: Viewer, run_id: int, seen_version: int) -> None:
        """Cancel a run as it was seen at `seen_version`."""
        self._require(viewer, run_id, Action.CANCEL_OR_RETRY)
        self._service.cancel(run_id, seen_version, viewer.user_id)

    def retry(self, viewer: Viewer, run_id: int, seen_version: int) -> Requested:
        """Start a finished run's work again as a new run, or name the one that does it already.

        Raises `RunMovedError` when there is nothing to be started by this run any more.
        """
        run = self._require(viewer, run_id, Action.CANCEL_OR_RETRY)
        if not may_retry(viewer, self._offers, run.workspace_id, run.tenant_id, run.type):
            raise NotAllowedError
        if run.type == PACK_GENERATION and (active := self._active_pack_run(run)) is not None:
            return self._visible(viewer, Requested(active, is_new=False))
        if run.type == NOTIFICATION_SENDING and not letters.find_open(self._session, run_id):
            raise RunMovedError(said("This run left nothing that is still to be sent."))
        key = _key_of(run, self._offers.get(run.type))
        options = stored_options(run.context)
        requested = self._service.retry(run_id, seen_version, key, viewer.user_id)
        if run.type == PACK_GENERATION:
            pack_rows.put_beside(self._session, requested.run_id, options)
        if run.type == NOTIFICATION_SENDING and requested.is_new:
            letters.hand_over(self._session, run_id, requested.run_id)
        return self._visible(viewer, requested)

    def _active_pack_run(self, run: OperationRun) -> int | None:
        """The run, if another than `run`, that makes a review pack of the same tenant already."""
        if run.tenant_id is None:
            raise RunMovedError(
                said("This run made a review pack of no tenant: there is none to make.")
            )
        active = pack_rows.find_active(self._session, run.tenant_id)
        if active is None or active.run_id == run.id:
            return None
        if active.run_id is None:
            raise RunMovedError(
                said("Another program is making a review pack of this tenant already.")
            )
        return active.run_id

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
    if run_type == BULK_RUN:
        return False  # it is about what somebody saw at its time: choose anew
    offer = offers.get(run_type)
    is_wide = offer is not None and offer.scope is Scope.INSTANCE
    if is_wide and not viewer.may_in(workspace_id, Action.START_INSTANCE_WIDE):
        return False
    return viewer.may_in(workspace_id, Action.CANCEL_OR_RETRY, tenant_id, run_type)


def start_action(offer: OperationOffer) -> Action:
    """The right that starting an offer needs."""
    if offer.scope is Scope.INSTANCE:
        return Action.START_INSTANCE_WIDE
    return Action.START


def run_request(
    offer: OperationOffer,
    workspace_id: int,
    tenant_id: int | None = None,
    options: Mapping[str, Any] | None = None,
    user_id: int | None = None,
) -> RunRequest:
    """The run that an operation's start asks for. Raises `NeedsCorrectionError`."""
    accepted = _accepted(offer, tenant_id, options or {})
    digest = offer.options.digest(accepted) if offer.options else ""
    return RunRequest(
        workspace_id=workspace_id,
        type=offer.type,
        active_key=active_key(offer.scope, offer.type, workspace_id, tenant_id, digest),
        tenant_id=tenant_id,
        initiated_by_user_id=user_id,
        context={CONTEXT_KEY: accepted} if accepted else None,
        concurrency_key=_concurrency_key(offer, workspace_id, tenant_id),
        concurrency_limit=offer.concurrency,
    )


def active_key(
    scope: Scope, operation_type: str, workspace_id: int, tenant_id: int | None, digest: str = ""
) -> str:
    """What has at most one active run: the operation, in its reach, with the same options."""
    reach = (
        ""
        if scope is Scope.INSTANCE
        else f":{workspace_id}:{'-' if tenant_id is None else tenant_id}"
    )
    return f"{operation_type}{reach}{f':{digest}' if digest else ''}"


def _accepted(
    offer: OperationOffer, tenant_id: int | None, options: Mapping[str, Any]
) -> dict[str, Any]:
    """The options to be stored, once everything fits: all that does not is said at once."""
    tenant_flaw, flaws = "", dict[str, str]()
    if offer.scope is Scope.TENANT and tenant_id is None:
        tenant_flaw = said("Choose a tenant.")
    if offer.scope is not Scope.TENANT and tenant_id is not None:
        tenant_flaw = said("This is not done for a single tenant.")
    accepted: dict[str, Any] = {}
    try:
        if offer.options is not None:
            accepted = offer.options.accept(options)
        elif options:
            flaws = {"": said("This operation takes no options.")}
    except OptionsError as refusal:
        flaws = refusal.messages
    if tenant_flaw or flaws:
        raise NeedsCorrectionError(tenant_flaw, flaws)
    return accepted


def _concurrency_key(offer: OperationOffer, workspace_id: int, tenant_id: int | None) -> str | None:
    """Which runs count towards the operation's limit; None without a limit."""
    if offer.concurrency is None:
        return None
    match offer.scope:
        case Scope.TENANT:
            return f"{offer.type}:tenant:{tenant_id}"
        case Scope.WORKSPACE:
            return f"{offer.type}:workspace:{workspace_id}"
    return offer.type


def _key_of(run: OperationRun, offer: OperationOffer | None) -> str:
    """The key of a run that is stored, whoever asked for it."""
    if run.type == PACK_GENERATION:
        return pack_rows.generation_key(run.workspace_id, run.tenant_id)
    if run.type == NOTIFICATION_SENDING:  # it is of its own messages, not of its workspace
        return f"{NOTIFICATION_SENDING}:again:{run.id}"
    scope = Scope.WORKSPACE if offer is None else offer.scope
    options = stored_options(run.context)
    if not isinstance(options, Mapping):
        options = {"": options}
    form = None if offer is None else offer.options
    digest = digest_of(options) if form is None else form.digest(options)
    return active_key(scope, run.type, run.workspace_id, run.tenant_id, digest)
