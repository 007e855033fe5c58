"""What a bulk run has come to so far, run by run."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from models import BulkItem, OperationRun, Tenant
from services.bulk_runs import MOST_CHOSEN


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What was to be done to one run, and what came of it.

    `type` is None when there is no such run in the workspace, or none any more.
    """

    run_id: int
    type: str | None
    tenant_name: str | None
    action: str
    status: str
    code: str | None
    message: str | None
    new_run_id: int | None


@dataclass(frozen=True, slots=True)
class BulkKey:
    """A bulk run as of one version: what it has come to by then does not change."""

    run_id: int
    version: int


def find_results(session: Session, key: BulkKey) -> tuple[BulkResult, ...]:
    """The items of a bulk run in the order they are done in, for whoever is found to see it."""
    bulk, target = aliased(OperationRun), aliased(OperationRun)
    rows = session.execute(
        select(
            col(BulkItem.target_run_id).label("run_id"),
            col(target.type),
            col(Tenant.name).label("tenant_name"),
            *(getattr(BulkItem, name) for name in _OWN),
        )
        .select_from(BulkItem)
        .join(bulk, col(bulk.id) == col(BulkItem.bulk_run_id))
        .outerjoin(
            target,
            # A number of another workspace says as little as one that nobody has.
            and_(
                col(target.id) == col(BulkItem.target_run_id),
                col(target.workspace_id) == col(bulk.workspace_id),
            ),
        )
        .outerjoin(Tenant, col(Tenant.id) == col(target.tenant_id))
        .where(col(BulkItem.bulk_run_id) == key.run_id)
        .order_by(col(BulkItem.target_run_id))
        .limit(MOST_CHOSEN)
    ).all()
    return tuple(map(_result, rows))


_OWN = ("action", "status", "code", "message", "new_run_id")


def _result(row: Row[Any]) -> BulkResult:
    return BulkResult(row.run_id, row.type, row.tenant_name, *(getattr(row, name) for name in _OWN))
