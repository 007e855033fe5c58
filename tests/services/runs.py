"""Factories: a workspace to run in, and runs as they are stored."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import AuditEntry, OperationRun, Workspace
from services.database import Database
from services.run_terms import RunRequest


def add_workspace(database: Database, slug: str = "acme") -> int:
    with database.writing() as session:
        workspace = Workspace(slug=slug, name=slug)
        session.add(workspace)
        session.flush()
        assert workspace.id is not None
        return workspace.id


def request(workspace_id: int, key: str = "key", **fields: Any) -> RunRequest:
    return RunRequest(workspace_id=workspace_id, type="sample.work", active_key=key, **fields)


def stored(database: Database, run_id: int) -> OperationRun:
    with database.reading() as session:
        run = session.get(OperationRun, run_id)
        assert run is not None
        return run


def trail(session: Session, run_id: int) -> list[str]:
    rows = session.scalars(
        select(AuditEntry)
        .where(col(AuditEntry.object_type) == "operation_run", col(AuditEntry.object_id) == run_id)
        .order_by(col(AuditEntry.id))
    )
    return [row.action for row in rows]
