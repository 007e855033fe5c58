"""How long the runs of a type have taken, from the newest of them."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun, RunOutcome, RunStatus
from models.columns import seconds_from
from policy.access import Scope
from policy.estimate import TypicalDuration, typical_duration

MOST_RUNS = 200
# A type that nearly always fails must not be searched from its first day on.
_MOST_LOOKED_AT = 2_000
# What failed or was cancelled ended early: it says nothing of how long the work takes.
_DONE = (RunOutcome.SUCCEEDED.value, RunOutcome.PARTIALLY_SUCCEEDED.value)


@dataclass(frozen=True, slots=True)
class HistoryKey:
    """Whose past it is: the runs of a type as far as `scope` shows them."""

    scope: Scope
    type: str


def find_typical(session: Session, key: HistoryKey) -> TypicalDuration | None:
    """What is typical of the newest runs of a type; None when too few of them have succeeded."""
    newest = (
        select(OperationRun)
        .where(
            col(OperationRun.workspace_id) == key.scope.workspace_id,
            col(OperationRun.type) == key.type,
        )
        .order_by(col(OperationRun.id).desc())
        .limit(_MOST_LOOKED_AT)
        .subquery()
    )
    seconds = seconds_from(newest.c.started_at, newest.c.completed_at)
    query = (
        select(seconds)
        .where(newest.c.status == RunStatus.COMPLETED, newest.c.outcome.in_(_DONE), seconds >= 0)
        .limit(MOST_RUNS)
    )
    if key.scope.tenant_ids is not None:
        query = query.where(newest.c.tenant_id.in_(sorted(key.scope.tenant_ids)))
    return typical_duration(session.scalars(query).all())
