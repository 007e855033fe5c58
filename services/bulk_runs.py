"""Asking for many runs to be cancelled or started again, as a run of its own."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models import BULK_RUN, BulkAction, BulkItem
from policy.access import Action
from policy.wording import said
from services import audit
from services.admin_terms import AdministrationError
from services.auth import Viewer
from services.operation_run_service import OperationRunService
from services.operations import NotAllowedError
from services.run_terms import Enqueue, Requested, RunRequest

MOST_CHOSEN = 500
# Before the others: else it would wait behind the very runs that it is to cancel.
_PRIORITY = 100


class BulkRefusedError(AdministrationError):
    """So many runs cannot be dealt with at once, or none."""


@dataclass(frozen=True, slots=True, order=True)
class Chosen:
    """A run that was chosen, as it was seen."""

    run_id: int
    version: int


def request(
    session: Session,
    enqueue: Enqueue,
    viewer: Viewer,
    workspace_id: int,
    action: BulkAction,
    chosen: Collection[Chosen],
) -> Requested:
    """Start one run that does `action` to all of `chosen`, or name the one that is at it.

    What may be done to each is decided when it is done. Raises `NotAllowedError`, or
    `BulkRefusedError` for none or more than 500.
    """
    if not viewer.may_in(workspace_id, Action.CANCEL_OR_RETRY):
        raise NotAllowedError
    targets = sorted({one.run_id: one for one in chosen}.values())
    if not 1 <= len(targets) <= MOST_CHOSEN:
        raise BulkRefusedError(said("Choose 1 to {most} runs.", most=MOST_CHOSEN))
    requested = OperationRunService(session, enqueue).request(
        RunRequest(
            workspace_id=workspace_id,
            type=BULK_RUN,
            active_key=_key(workspace_id, viewer.user_id, action, targets),
            initiated_by_user_id=viewer.user_id,
            priority=_PRIORITY,
        )
    )
    if requested.is_new:
        _add_items(session, requested.run_id, action, targets)
        _record(session, viewer, workspace_id, requested.run_id, action, targets)
    return requested


def _key(workspace_id: int, user_id: int, action: BulkAction, targets: list[Chosen]) -> str:
    """The same for the second click of a double click, and for nothing else."""
    text = ",".join(f"{one.run_id}@{one.version}" for one in targets)
    digest = hashlib.sha256(f"{action}:{text}".encode()).hexdigest()
    return f"{BULK_RUN}:{workspace_id}:{user_id}:{digest}"


def _add_items(
    session: Session, bulk_run_id: int, action: BulkAction, targets: list[Chosen]
) -> None:
    rows = [
        {
            "bulk_run_id": bulk_run_id,
            "target_run_id": one.run_id,
            "seen_version": one.version,
            "action": action.value,
        }
        for one in targets
    ]
    session.execute(insert(BulkItem), rows)


def _record(
    session: Session,
    viewer: Viewer,
    workspace_id: int,
    bulk_run_id: int,
    action: BulkAction,
    targets: list[Chosen],
) -> None:
    audit.record(
        session,
        "run.bulk_requested",
        "operation_run",
        bulk_run_id,
        workspace_id=workspace_id,
        actor_user_id=viewer.user_id,
        details={"action": action.value, "runs": [one.run_id for one in targets]},
    )
