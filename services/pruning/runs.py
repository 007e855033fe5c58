"""Removing finished runs that are older than their workspace keeps them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from models import RunStatus
from services.pruning.batch import Pruned, in_order_of_id
from services.pruning.citations import find_citations
from services.pruning.references import let_go
from services.run_statements import RUN


def count_old_runs(session: Session, workspace_id: int, before: datetime) -> int:
    """How many runs of the workspace ended `before` then."""
    return session.scalar(_old(workspace_id, before, func.count())) or 0


def find_old_runs(
    session: Session, workspace_id: int, before: datetime, after_id: int, batch: int
) -> Sequence[int]:
    """The next ids, ascending; a look that takes no write lock."""
    return session.scalars(
        select(RUN.c.id)
        .where(
            *_is_old(workspace_id, in_order_of_id(RUN.c.completed_at) < before), RUN.c.id > after_id
        )
        .order_by(RUN.c.id)
        .limit(batch)
    ).all()


def remove_runs(
    session: Session, workspace_id: int, before: datetime, ids: Sequence[int]
) -> Pruned:
    """Remove those of `ids` that are still old, over and not cited; the others are kept."""
    citations = find_citations(session, workspace_id)
    rows = session.execute(
        _old(workspace_id, before, RUN.c.id, RUN.c.tenant_id, RUN.c.created_at, RUN.c.completed_at)
        .where(RUN.c.id.in_(ids))
        .with_for_update()
    ).all()
    # What a cited run is a retry of is named beside it, whatever its own period.
    cited = {
        retry.retry_of_id
        for retry in _retries(session, ids)
        if citations.cite_run(retry.id, retry.tenant_id, retry.created_at)
    }
    gone = [
        row.id
        for row in rows
        # A text that is no time sorts somewhere too, but says nothing of an age.
        if row.completed_at is not None
        and row.id not in cited
        and not citations.cite_run(row.id, row.tenant_id, row.created_at)
    ]
    if gone:
        let_go(session, RUN, gone)
        session.execute(delete(RUN).where(RUN.c.id.in_(gone)))
    return Pruned(removed=len(gone), kept=len(ids) - len(gone))


def _retries(session: Session, ids: Sequence[int]) -> Sequence[Any]:
    return session.execute(
        select(RUN.c.id, RUN.c.tenant_id, RUN.c.created_at, RUN.c.retry_of_id).where(
            RUN.c.retry_of_id.in_(ids)
        )
    ).all()


def _old(workspace_id: int, before: datetime, *columns: Any) -> Select[Any]:
    return select(*columns).where(*_is_old(workspace_id, RUN.c.completed_at < before))


def _is_old(workspace_id: int, is_before: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    is_over = RUN.c.status == RunStatus.COMPLETED.value
    return RUN.c.workspace_id == workspace_id, is_over, is_before
