"""Factories: runs that have ended some time ago, and those that wait or are at work."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import col

from models import OperationRun, Tenant
from models.columns import utc_now
from services.database import Database
from services.operation_run_service import insert_history


def add_tenant(database: Database, workspace_id: int, slug: str) -> int:
    with database.writing() as session:
        tenant = Tenant(workspace_id=workspace_id, slug=slug, name=slug.title())
        session.add(tenant)
        session.flush()
        assert tenant.id is not None
        return tenant.id


def now_of(database: Database) -> datetime:
    with database.reading() as session:
        return session.execute(select(utc_now())).scalar_one()


def a_failure(code: str = "throttled", **more: Any) -> dict[str, Any]:
    return {"code": code, "message": "It asked to slow down", "count": 2, **more}


def end(
    database: Database,
    workspace_id: int,
    outcome: str | None = "succeeded",
    *,
    type: str = "directory.sync",
    tenant_id: int | None = None,
    ago: float = 60.0,
    took: float = 10.0,
    failures: Any = None,
) -> int:
    """A run that ended `ago` seconds ago and `took` so many; its id."""
    ended = now_of(database) - timedelta(seconds=ago)
    began = ended - timedelta(seconds=took)
    run: Mapping[str, Any] = {
        "workspace_id": workspace_id,
        "tenant_id": tenant_id,
        "type": type,
        "outcome": outcome,
        "created_at": began,
        "started_at": began,
        "completed_at": ended,
        "failure_summary": failures if failures is not None else [],
    }
    with database.writing() as session:
        insert_history(session, [run])
        newest = session.scalar(select(col(OperationRun.id)).order_by(col(OperationRun.id).desc()))
    assert newest is not None
    return newest


def add_active(database: Database, workspace_id: int, status: str, **columns: Any) -> None:
    """A run as another program has written it."""
    row = {"workspace_id": workspace_id, "type": "directory.sync", "status": status, **columns}
    with database.writing() as session:
        session.execute(insert(OperationRun.metadata.tables["operation_run"]).values(row))
