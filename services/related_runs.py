"""The runs that a run was started from, or that were started from it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun
from models.columns import BigIntegerId
from policy.access import Scope
from policy.status import UxStatus, ux_status
from services.runs import RunSnapshot

_MOST = 20


@dataclass(frozen=True, slots=True)
class RelatedRun:
    """A run that this one retries, or that retries this one."""

    id: int
    status: UxStatus
    created_at: datetime | None
    is_retry: bool


def find_related(session: Session, run: RunSnapshot, scope: Scope) -> tuple[RelatedRun, ...]:
    """The runs that this one retries, or that retry it, as far as `scope` shows them.

    They cannot change while a page refreshes: only a finished run is ever started again.
    """
    asked: dict[str, Any] = {
        "id": run.id,
        "retry_of_id": run.retry_of_id or 0,
        "workspace_id": scope.workspace_id,
    }
    if scope.tenant_ids is not None:
        asked["tenant_ids"] = sorted(scope.tenant_ids)
    query = _query(of_tenants=scope.tenant_ids is not None)
    rows = session.connection().execute(query, asked).all()
    return tuple(
        RelatedRun(row.id, ux_status(row.status, row.outcome), row.created_at, row.id > run.id)
        for row in rows
    )


@cache
def _query(*, of_tenants: bool) -> Select[Any]:
    """Built once: every page of a run asks it."""
    is_retry = col(OperationRun.retry_of_id) == bindparam("id", type_=BigIntegerId)
    is_retried = col(OperationRun.id) == bindparam("retry_of_id", type_=BigIntegerId)
    visible = [col(OperationRun.workspace_id) == bindparam("workspace_id", type_=BigIntegerId)]
    if of_tenants:
        tenants = bindparam("tenant_ids", expanding=True, type_=BigIntegerId)
        visible.append(col(OperationRun.tenant_id).in_(tenants))
    columns: list[Any] = [
        getattr(OperationRun, name) for name in ("id", "status", "outcome", "created_at")
    ]
    query = select(*columns).where(is_retry | is_retried, *visible)
    return query.order_by(col(OperationRun.id)).limit(_MOST)
