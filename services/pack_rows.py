"""A review pack's row beside the run that makes it: put there with it, and moved when it moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import PACK_GENERATION, OperationRun, PackStatus, ReviewPack, RunStatus
from models.columns import utc_now
from services import audit

ACTIVE = (PackStatus.QUEUED.value, PackStatus.GENERATING.value)

# A run that ends without having made its pack ready has failed to make it, however it ended.
_FOLLOWING: dict[str, PackStatus] = {
    RunStatus.QUEUED: PackStatus.QUEUED,
    RunStatus.RUNNING: PackStatus.GENERATING,
    RunStatus.COMPLETED: PackStatus.FAILED,
}


@dataclass(frozen=True, slots=True)
class ActivePack:
    """A pack that is being made, or waits to be. `run_id` is None for one that others wrote."""

    id: int
    run_id: int | None


def generation_key(workspace_id: int, tenant_id: int | None) -> str:
    """The key of a tenant's one active generation."""
    return f"{PACK_GENERATION}:{workspace_id}:{tenant_id}"


def find_active(session: Session, tenant_id: int) -> ActivePack | None:
    """The tenant's pack that is not done yet.

    One whose run has ended is done: another program ended the run, and left the pack behind.
    """
    rows: Sequence[Any] = session.execute(
        select(col(ReviewPack.id), col(OperationRun.id), col(OperationRun.status))
        .select_from(ReviewPack)
        .outerjoin(OperationRun, col(OperationRun.id) == col(ReviewPack.operation_run_id))
        .where(col(ReviewPack.tenant_id) == tenant_id, col(ReviewPack.status).in_(ACTIVE))
        .order_by(col(ReviewPack.id).desc())
    ).all()
    for pack_id, run_id, run_status in rows:
        if run_status != RunStatus.COMPLETED:
            return ActivePack(pack_id, run_id)
        follow(session, run_id, RunStatus.COMPLETED)
    return None


def put_beside(session: Session, run_id: int, options: Any) -> tuple[int, bool]:
    """The pack of a generation run, and whether it had none and so was made now."""
    pack_id = session.scalar(
        select(col(ReviewPack.id)).where(col(ReviewPack.operation_run_id) == run_id)
    )
    if pack_id is not None:
        return pack_id, False
    run = session.get_one(OperationRun, run_id)
    made = session.execute(
        insert(ReviewPack)
        .values(
            workspace_id=run.workspace_id,
            tenant_id=run.tenant_id,
            operation_run_id=run_id,
            initiated_by_user_id=run.initiated_by_user_id,
            status=_FOLLOWING.get(run.status, PackStatus.QUEUED).value,
            options=options,
            summary={},
        )
        .returning(col(ReviewPack.id))
    )
    pack_id = made.scalar_one()
    audit.record(
        session,
        "pack.requested",
        "review_pack",
        pack_id,
        workspace_id=run.workspace_id,
        actor_user_id=run.initiated_by_user_id,
        details={"run": run_id, "options": options},
    )
    return pack_id or 0, True


def follow(session: Session, run_id: int, status: str) -> None:
    """Bring the run's pack to where its run now is; one that is done stays as it is."""
    wanted = _FOLLOWING[status].value
    session.execute(
        update(ReviewPack)
        .where(
            col(ReviewPack.operation_run_id) == run_id,
            col(ReviewPack.status).in_(ACTIVE),
            col(ReviewPack.status) != wanted,
        )
        .values(status=wanted, summary={}, updated_at=utc_now())
        .execution_options(synchronize_session=False)
    )
