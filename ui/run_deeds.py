"""What a person is offered to do to a run: the same in its row as on its page."""

from collections.abc import Mapping

from models import BulkAction
from policy.access import Action
from policy.status import UxStatus
from services.auth import Viewer
from services.operations import OperationOffer, may_retry
from services.runs import RunSnapshot
from ui.presenters.life import is_outside

# A success is not done over; it is started anew from the list.
_RETRYABLE = frozenset({UxStatus.PARTIAL, UxStatus.FAILED, UxStatus.CANCELLED})


def can_cancel(run: RunSnapshot, viewer: Viewer) -> bool:
    """Whether there is anything left to be cancelled, by this person."""
    may_act = viewer.may_in(run.workspace_id, Action.CANCEL_OR_RETRY, run.tenant_id, run.type)
    return may_act and run.ux_status.is_active and run.cancel_requested_at is None


def can_retry(run: RunSnapshot, viewer: Viewer, offers: Mapping[str, OperationOffer]) -> bool:
    """Whether this person may have it done once more."""
    # Only the program outside can start its own work again.
    is_retryable = run.ux_status in _RETRYABLE and not is_outside(run)
    return is_retryable and may_retry(viewer, offers, run.workspace_id, run.tenant_id, run.type)


def bulk_deeds(
    run: RunSnapshot, viewer: Viewer, offers: Mapping[str, OperationOffer]
) -> list[BulkAction]:
    """What may be done to it together with others."""
    offered = {
        BulkAction.CANCEL: can_cancel(run, viewer),
        BulkAction.RETRY: can_retry(run, viewer, offers),
    }
    return [action for action, is_offered in offered.items() if is_offered]
