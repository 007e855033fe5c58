"""How many runs there are in each state, as far as it costs little to know."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun
from policy.access import Scope
from policy.status import UxStatus, ux_status
from services.run_filters import RunFilter, settled
from services.run_search import Sought, seek
from services.run_ways import STATEMENTS_KEPT

MOST_COUNTED = 1_000
LOOKED_THROUGH = 3_000

_USUALLY_FEW = (UxStatus.QUEUED, UxStatus.RUNNING, UxStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class CappedCount:
    """At least `count`, which is at most 1,000; exactly that many unless `is_more`."""

    count: int
    is_more: bool


def count_by_status(
    session: Session, scope: Scope, wanted: RunFilter, now: datetime
) -> Mapping[UxStatus, CappedCount]:
    """For each status, how many runs are `wanted` but for the statuses that it asks for."""
    wanted = replace(settled(wanted, now), statuses=())
    if wanted.is_empty and scope.is_whole_workspace:
        return {status: _count(session, scope, wanted, status) for status in UxStatus}
    few = {status: _count(session, scope, wanted, status) for status in _USUALLY_FEW}
    return {**_counts_of_newest(session, scope, wanted), **few}


def _count(session: Session, scope: Scope, wanted: RunFilter, status: UxStatus) -> CappedCount:
    """By the index of the status."""
    wanted = replace(wanted, statuses=(status.value,))
    sought = seek(session, scope, wanted, LOOKED_THROUGH)
    counts = [session.scalar(query) or 0 for query in _counting(sought, MOST_COUNTED + 1)]
    return _capped(sum(counts), is_cut=sought.last is not None)


@lru_cache(STATEMENTS_KEPT)
def _counting(sought: Sought, most: int) -> list[Select[Any]]:
    found = (_matching(sought, branch, literal(1)) for branch in sought.way.branches)
    return [select(func.count()).select_from(one.limit(most).subquery()) for one in found]


def _counts_of_newest(
    session: Session, scope: Scope, wanted: RunFilter
) -> dict[UxStatus, CappedCount]:
    """All at once, of those that are looked through."""
    sought = seek(session, scope, wanted, LOOKED_THROUGH, is_for_a_page=False)
    totals = dict.fromkeys(UxStatus, 0)
    for query in _counting_states(sought):
        for row in session.execute(query):
            totals[ux_status(row.status, row.outcome)] += row.runs
    is_cut = sought.last is not None
    return {status: _capped(total, is_cut=is_cut) for status, total in totals.items()}


@lru_cache(STATEMENTS_KEPT)
def _counting_states(sought: Sought) -> list[Select[Any]]:
    status, outcome = col(OperationRun.status), col(OperationRun.outcome)
    columns = (status, outcome, func.count().label("runs"))
    found = (_matching(sought, branch, *columns) for branch in sought.way.branches)
    return [query.group_by(status, outcome) for query in found]


def _matching(sought: Sought, branch: Any, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(OperationRun)
        .where(sought.way.matching(branch), *sought.order.between(None, sought.last))
    )


def _capped(total: int, *, is_cut: bool) -> CappedCount:
    return CappedCount(min(total, MOST_COUNTED), total > MOST_COUNTED or is_cut)
