"""Removing entries of a workspace's audit trail that are older than it keeps them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from services.pruning.batch import Pruned, in_order_of_id
from services.pruning.citations import find_citations
from services.pruning.references import let_go

_ENTRY = SQLModel.metadata.tables["audit_entry"]


def count_old_entries(session: Session, workspace_id: int, before: datetime) -> int:
    """How many entries of the workspace were written `before` then."""
    return session.scalar(_old(workspace_id, before, func.count())) or 0


def find_old_entries(
    session: Session, workspace_id: int, before: datetime, after_id: int, batch: int
) -> Sequence[int]:
    """The next ids, ascending; a look that takes no write lock."""
    return session.scalars(
        select(_ENTRY.c.id)
        .where(*_is_old(workspace_id, in_order_of_id(_ENTRY.c.at) < before), _ENTRY.c.id > after_id)
        .order_by(_ENTRY.c.id)
        .limit(batch)
    ).all()


def remove_entries(
    session: Session, workspace_id: int, before: datetime, ids: Sequence[int]
) -> Pruned:
    """Remove those of `ids` that are old and not cited; the others are kept."""
    citations = find_citations(session, workspace_id)
    rows = session.execute(
        _old(workspace_id, before, _ENTRY.c.id, _ENTRY.c.at).where(_ENTRY.c.id.in_(ids))
    ).all()
    gone = [row.id for row in rows if row.at is not None and not citations.cite_entry(row.at)]
    if gone:
        let_go(session, _ENTRY, gone)
        session.execute(delete(_ENTRY).where(_ENTRY.c.id.in_(gone)))
    return Pruned(removed=len(gone), kept=len(ids) - len(gone))


def _old(workspace_id: int, before: datetime, *columns: Any) -> Select[Any]:
    return select(*columns).where(*_is_old(workspace_id, _ENTRY.c.at < before))


def _is_old(workspace_id: int, is_before: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return _ENTRY.c.workspace_id == workspace_id, is_before
