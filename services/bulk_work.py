"""Doing what a bulk run was asked to do, one chosen run in a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import BulkAction, BulkItem, BulkStatus, OperationRun, RunStatus
from policy.lifecycle import IllegalTransitionError
from policy.wording import said
from services.operations import BusyElsewhereError, NotAllowedError, Operations
from services.run_terms import ClaimedRun, RunMovedError, RunNotFoundError
from services.stand_in import find_stand_in

# What may come of a run that was chosen, besides its being done; each by a word that stays.
REFUSALS: dict[type[Exception], str] = {
    RunMovedError: "moved",
    IllegalTransitionError: "moved",
    RunNotFoundError: "not_found",
    NotAllowedError: "not_allowed",
    BusyElsewhereError: "busy",
}
_FINISHED = said("This run had finished already. Nothing was done.")


@dataclass(frozen=True, slots=True)
class Item:
    """One chosen run, and what came of it so far."""

    id: int
    run_id: int
    status: str
    code: str | None = None
    message: str | None = None


def find_items(session: Session, bulk_run_id: int) -> Sequence[Item]:
    """All of them, in the order they are done in."""
    rows: Sequence[Any] = session.execute(
        select(
            col(BulkItem.id),
            col(BulkItem.target_run_id),
            col(BulkItem.status),
            col(BulkItem.code),
            col(BulkItem.message),
        )
        .where(col(BulkItem.bulk_run_id) == bulk_run_id)
        .order_by(col(BulkItem.target_run_id))
    ).all()
    return [Item(*row) for row in rows]


def do_item(session: Session, operations: Operations, bulk: ClaimedRun, item_id: int) -> None:
    """Do it in the name of whoever asked, with the rights of now, unless it is done already.

    Raises one of `REFUSALS`; then nothing may be kept of this transaction.
    """
    item = _take_pending(session, item_id)
    if item is None:
        return
    target = session.get(OperationRun, item.target_run_id)
    if target is None or target.workspace_id != bulk.workspace_id:
        raise RunNotFoundError
    viewer = find_stand_in(session, bulk.initiated_by_user_id)
    if item.action == BulkAction.RETRY:
        again = operations.retry(viewer, item.target_run_id, item.seen_version)
        code = "started" if again.is_new else "joined"
        _store(session, item_id, BulkStatus.DONE, code=code, new_run_id=again.run_id)
        return
    operations.cancel(viewer, item.target_run_id, item.seen_version)
    session.refresh(target)
    code = "requested" if target.status == RunStatus.RUNNING else "cancelled"
    _store(session, item_id, BulkStatus.DONE, code=code)


def refuse_item(session: Session, item_id: int, refusal: Exception) -> None:
    """Note why it was not done."""
    if _take_pending(session, item_id) is not None:
        code, message = told(refusal)
        _store(session, item_id, BulkStatus.REFUSED, code=code, message=message)


def told(refusal: Exception) -> tuple[str, str]:
    """A refusal as it is stored: its code and its words."""
    is_over = isinstance(refusal, IllegalTransitionError)
    return REFUSALS[type(refusal)], str(_FINISHED if is_over else refusal)


def _take_pending(session: Session, item_id: int) -> BulkItem | None:
    """The item, held until the end of the transaction: of two workers, one finds it pending."""
    return session.scalars(
        select(BulkItem)
        .where(col(BulkItem.id) == item_id, col(BulkItem.status) == BulkStatus.PENDING)
        .with_for_update()
    ).one_or_none()


def _store(session: Session, item_id: int, status: BulkStatus, **values: object) -> None:
    session.execute(
        update(BulkItem).where(col(BulkItem.id) == item_id).values(status=status.value, **values)
    )
