"""A review pack's row beside the run that makes it: put there with it, and moved when it moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, exists, insert, or_, select, update
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from models import PACK_GENERATION, OperationRun, PackStatus, ReviewPack, RunStatus
from models.columns import from_now, utc_now
from services import audit
from services.database import wait_for_turn

ACTIVE = (PackStatus.QUEUED.value, PackStatus.GENERATING.value)

# A run that ends without having made its pack ready has failed to make it, however it ended.
_FOLLOWING: dict[str, PackStatus] = {
    RunStatus.QUEUED: PackStatus.QUEUED,
    RunStatus.RUNNING: PackStatus.GENERATING,
    RunStatus.COMPLETED: PackStatus.FAILED,
}

_Maker = aliased(OperationRun)
# Nobody comes for them: another program ended the run and left the pack behind, or wrote a pack
# without a run and has not touched it for a day.
_IS_ORPHAN = and_(
    col(ReviewPack.status).in_(ACTIVE),
    or_(
        exists().where(
            col(_Maker.id) == col(ReviewPack.operation_run_id),
            col(_Maker.status) == RunStatus.COMPLETED,
        ),
        and_(
            col(ReviewPack.operation_run_id).is_(None),
            or_(
                col(ReviewPack.updated_at).is_(None),
                col(ReviewPack.updated_at) <= from_now(timedelta(days=-1)),
            ),
        ),
    ),
)
_ORPHANS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ActivePack:
    """A pack that is being made, or waits to be. `run_id` is None for one that others wrote."""

    id: int
    run_id: int | None


def generation_key(workspace_id: int, tenant_id: int | None) -> str:
    """The key of a tenant's one active generation."""
    return f"{PACK_GENERATION}:{workspace_id}:{tenant_id}"


def find_active(session: Session, tenant_id: int) -> ActivePack | None:
    """The tenant's pack that is not done yet; orphans are closed, and stand in nobody's way."""
    close_orphans(session, tenant_id)
    row: Any = session.execute(
        select(col(ReviewPack.id), col(OperationRun.id))
        .select_from(ReviewPack)
        .outerjoin(OperationRun, col(OperationRun.id) == col(ReviewPack.operation_run_id))
        .where(
            col(ReviewPack.tenant_id) == tenant_id,
            col(ReviewPack.status).in_(ACTIVE),
            # Also those that were too many to be closed at once.
            ~_IS_ORPHAN,
        )
        .order_by(col(ReviewPack.id).desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else ActivePack(*row)


def has_orphans(session: Session) -> bool:
    """Whether `close_orphans` would find anything: a look that takes no write lock."""
    return session.scalar(select(col(ReviewPack.id)).where(_IS_ORPHAN).limit(1)) is not None


def close_orphans(session: Session, tenant_id: int | None = None) -> list[int]:
    """Close as failed the packs that nobody makes any more, at most 100; their ids."""
    orphans = select(col(ReviewPack.id)).where(_IS_ORPHAN)
    if tenant_id is not None:
        orphans = orphans.where(col(ReviewPack.tenant_id) == tenant_id)
    orphans = orphans.order_by(col(ReviewPack.id)).limit(_ORPHANS_AT_ONCE)
    rows: Sequence[Any] = session.execute(
        update(ReviewPack)
        # Asked once more: another process may have been at it while we waited for the row.
        .where(col(ReviewPack.id).in_(orphans), _IS_ORPHAN)
        .values(status=PackStatus.FAILED.value, summary={}, updated_at=utc_now())
        .returning(
            col(ReviewPack.id), col(ReviewPack.workspace_id), col(ReviewPack.operation_run_id)
        )
        .execution_options(synchronize_session=False)
    ).all()
    for pack_id, workspace_id, run_id in rows:
        audit.record(
            session,
            "pack.orphan_closed",
            "review_pack",
            pack_id,
            workspace_id=workspace_id,
            details={"run": run_id},
        )
    return [pack_id for pack_id, _workspace, _run in rows]


def put_beside(session: Session, run_id: int, options: Any) -> tuple[int, bool]:
    """The pack of a generation run, and whether it had none and so was made now."""
    pack_id = session.scalar(
        select(col(ReviewPack.id)).where(col(ReviewPack.operation_run_id) == run_id)
    )
    if pack_id is not None:
        return pack_id, False
    run = session.get_one(OperationRun, run_id)
    # The pruning of runs must know of this pack, or be through before its evidence is read.
    wait_for_turn(session, f"packs:{run.workspace_id}")
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
