"""Which types of runs fail most, and which are slowest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun, RunOutcome
from models.columns import seconds_from
from policy.access import Scope
from policy.estimate import FEWEST_RUNS
from services.overview.window import ended, ended_as, type_of_run

_MOST_TYPES = 300
_DONE = (RunOutcome.SUCCEEDED.value, RunOutcome.PARTIALLY_SUCCEEDED.value)


@dataclass(frozen=True, slots=True)
class TypeFigures:
    """The runs of a type that ended by themselves, how many of them failed, and within how many
    seconds half and 95 % of those that did their work ended; None when too few did."""

    type: str
    ended: int
    failed: int
    half: float | None = None
    most: float | None = None

    @property
    def failed_share(self) -> float:
        return self.failed / self.ended if self.ended else 0.0


def find_types(session: Session, scope: Scope, since: datetime) -> tuple[TypeFigures, ...]:
    """The types whose runs ended most often, at most 300."""
    counts = session.execute(_counts(scope, since)).all()
    durations = {row.type: row for row in session.execute(_durations(scope, since))}
    return tuple(
        TypeFigures(
            row.type,
            row.ended,
            row.failed,
            *((found.half, found.most) if (found := durations.get(row.type)) else ()),
        )
        for row in counts
    )


def _counts(scope: Scope, since: datetime) -> Select[Any]:
    judged = (*_DONE, RunOutcome.FAILED.value)
    columns: tuple[Any, ...] = (
        type_of_run.label("type"),
        func.count().label("ended"),
        func.count(case((ended_as == RunOutcome.FAILED.value, 1))).label("failed"),
    )
    return (
        select(*columns)
        # A cancelled run proves nothing.
        .where(ended(scope, since), ended_as.in_(judged))
        .group_by(type_of_run)
        .order_by(func.count().desc(), type_of_run)
        .limit(_MOST_TYPES)
    )


def _durations(scope: Scope, since: datetime) -> Select[Any]:
    seconds = seconds_from(col(OperationRun.started_at), col(OperationRun.completed_at))
    run = (
        select(type_of_run.label("type"), seconds.label("seconds"))
        .where(
            ended(scope, since),
            ended_as.in_(_DONE),
            col(OperationRun.completed_at) >= col(OperationRun.started_at),
        )
        .subquery()
    )
    ranked = select(
        run.c.type,
        run.c.seconds,
        func.row_number().over(partition_by=run.c.type, order_by=run.c.seconds).label("rank"),
        func.count().over(partition_by=run.c.type).label("runs"),
    ).subquery()
    # By the nearest rank, in whole numbers: as in policy.estimate.
    half_rank, most_rank = (ranked.c.runs + 1) // 2, (ranked.c.runs * 95 + 99) // 100
    return (
        select(
            ranked.c.type,
            func.max(case((ranked.c.rank == half_rank, ranked.c.seconds))).label("half"),
            func.max(case((ranked.c.rank == most_rank, ranked.c.seconds))).label("most"),
        )
        .where(ranked.c.runs >= FEWEST_RUNS)
        .group_by(ranked.c.type)
    )
