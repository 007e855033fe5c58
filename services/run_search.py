"""Pages of the runs that match a filter, at a cost that does not grow with the table.

Where an index holds what is asked for, in the order of the list, it is read until the page is full.
Where it holds more than that, what it holds is tested, as far as `LOOKED_THROUGH` runs: the page
says so, and the next one goes on from there. What an index holds fewer of is looked through whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, select, union_all
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun
from models.columns import utc_now
from policy.access import Scope
from services.run_filters import RunFilter, settled
from services.run_matching import conditions, id_in, visible
from services.run_order import Order
from services.run_ways import STATEMENTS_KEPT, Way, ways
from services.runs import PAGE_SIZE, RunPage, find_runs, newest_id

LOOKED_THROUGH = 10_000

_NOW = select(utc_now())
_EARLY = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sought:
    """A way, in an order, as far as `last`, the last run to be looked at; None is to the end."""

    way: Way
    order: Order
    last: int | None


def find_matching(
    session: Session,
    scope: Scope,
    wanted: RunFilter,
    *,
    older_than: int | None = None,
    newer_than: int | None = None,
) -> RunPage:
    """A page of the runs that are `wanted`; `older_than` and `newer_than` are run ids, at most one
    given. Within a period they must be of runs that `is_place` finds.
    """
    now: datetime = session.execute(_NOW).scalar_one()
    wanted = settled(wanted, now)
    cursor = older_than if newer_than is None else newer_than
    is_first = cursor is None
    is_ascending = newer_than is not None or (is_first and wanted.is_oldest_first)
    sought = seek(session, scope, wanted, LOOKED_THROUGH, cursor, is_ascending=is_ascending)
    ids = _ids(session, sought, cursor)
    has_more = len(ids) > PAGE_SIZE
    ids = ids[:PAGE_SIZE]
    is_backward = not is_first and is_ascending != wanted.is_oldest_first
    if is_backward and not has_more and sought.last is None:  # the first page: show it whole
        return find_matching(session, scope, wanted)
    onward = ids[-1] if has_more else sought.last
    back = None if is_first else (ids[0] if ids else cursor)
    exact = _by_id(session, scope, wanted) if is_first else None
    shown = ids if exact is None else [*ids, exact]
    runs = sorted(
        find_runs(session, shown),
        key=lambda run: (sought.order.is_by_time and (run.created_at or _EARLY), run.id),
        reverse=not wanted.is_oldest_first,
    )
    return RunPage(
        now,
        tuple(runs),
        newest_known_id=newest_id(session, scope),
        older_than=back if is_ascending else onward,
        newer_than=onward if is_ascending else back,
        looked_through=None if has_more or sought.last is None else LOOKED_THROUGH,
    )


def seek(
    session: Session,
    scope: Scope,
    wanted: RunFilter,
    most: int,
    cursor: int | None = None,
    *,
    is_ascending: bool = False,
    is_for_a_page: bool = True,
) -> Sought:
    """The way on which all that match are among at most `most` runs, or else the preferred one
    as far as that many. `wanted` is settled. What leaves nothing to be tested needs no end when
    it `is_for_a_page`.
    """
    found = []
    for way in ways(wanted, scope):
        order = _order(way, wanted, is_ascending=is_ascending)
        needs_end = bool(way.rest) or not is_for_a_page
        last = _last(session, way, order, cursor, most) if needs_end else None
        if last is None:
            return Sought(way, order, None)
        found.append(Sought(way, order, last))
    return found[0]


def _order(way: Way, wanted: RunFilter, *, is_ascending: bool) -> Order:
    if not wanted.has_period:
        return Order(is_by_time=False, is_ascending=is_ascending)
    if not way.is_by_time:
        return Order(is_by_time=True, is_ascending=is_ascending, is_sorted=True)
    begin, end = wanted.created_from, wanted.created_before
    return Order(is_by_time=True, is_ascending=is_ascending, begin=begin, end=end)


def _last(session: Session, way: Way, order: Order, cursor: int | None, most: int) -> int | None:
    """The last run to be looked at: the `most`th of a branch; None when none has so many."""
    if order.is_sorted:  # all or nothing, in the order in which the index has them
        order, cursor = Order(is_by_time=False, is_ascending=order.is_ascending), None
    lasts = [session.scalar(query) for query in _nth_of_each(way, order, cursor, most)]
    found: list[int] = [last for last in lasts if last is not None]
    if not found:
        return None
    # Beyond the nearest of them a branch would be looked at without the others. Several branches
    # are never those of a period, so that the order is by id.
    return min(found) if order.is_ascending else max(found)


@lru_cache(STATEMENTS_KEPT)
def _nth_of_each(way: Way, order: Order, cursor: int | None, nth: int) -> list[Select[Any]]:
    queries = (
        select(col(OperationRun.id)).where(branch, *order.between(cursor, None))
        for branch in way.branches
    )
    return [order.sort(query).limit(1).offset(nth - 1) for query in queries]


def _ids(session: Session, sought: Sought, cursor: int | None) -> list[int]:
    """Up to one more than a page of the runs that come next, in the order of `sought`."""
    order, most = sought.order, PAGE_SIZE + 1
    rows = session.execute(_next_of_each(sought, cursor, most))
    if len(sought.way.branches) == 1:
        return [row.id for row in rows]
    merged = sorted(
        rows,
        key=lambda row: (order.is_by_time and (row.created_at or _EARLY), row.id),
        reverse=not order.is_ascending,
    )
    return [row.id for row in merged[:most]]


@lru_cache(STATEMENTS_KEPT)
def _next_of_each(sought: Sought, cursor: int | None, most: int) -> Executable:
    between = sought.order.between(cursor, sought.last)
    columns = select(col(OperationRun.id), col(OperationRun.created_at))
    branches = [
        sought.order.sort(columns.where(sought.way.matching(branch), *between)).limit(most)
        for branch in sought.way.branches
    ]
    if len(branches) == 1:
        return branches[0]
    parts = [branch.subquery() for branch in branches]
    return union_all(*(select(part.c.id, part.c.created_at) for part in parts))


def _by_id(session: Session, scope: Scope, wanted: RunFilter) -> int | None:
    """The run whose id is the text, if all else is right of it: it is never too far back."""
    run_id = id_in(wanted.text)
    if run_id is None:
        return None
    others: Sequence[ColumnElement[bool]] = list(
        conditions(replace(wanted, text=""), scope).values()
    )
    return session.scalar(
        select(col(OperationRun.id)).where(col(OperationRun.id) == run_id, visible(scope), *others)
    )
