"""What a list on a screen shows: its runs as they are now, and how many newer ones there are."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, func, literal, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun
from models.columns import utc_now
from policy.access import Scope
from services.remembering import Remembering
from services.run_filters import ANY_RUN, RunFilter
from services.run_matching import conditions, visible
from services.run_snapshot import RunSnapshot, runs_query, snapshot_of

MOST_NEW_RUNS = 100
# Among how many newer runs a list looks for those that it asks for.
_MOST_NEWER = 1_000


@dataclass(frozen=True, slots=True)
class RunWindow:
    """What a list on a screen shows: which runs, of whom, and which is the newest it knows of."""

    scope: Scope
    tenant_id: int | None
    run_ids: tuple[int, ...]
    newest_known_id: int
    wanted: RunFilter = ANY_RUN


@dataclass(frozen=True)
class RunListSnapshot(Remembering):
    """The shown runs as they are at `now`, and how many newer ones the list asks for (at most
    100); there `may_be_more` when there are too many newer ones to look at all.
    """

    now: datetime = field(compare=False)
    runs: tuple[RunSnapshot, ...]
    new_runs: int
    may_be_more: bool = False

    @cached_property
    def look(self) -> Hashable:
        """All that tells one sight of this list from another, whoever looks."""
        rows = tuple((run.id, run.version, run.ux_status) for run in self.runs)
        return rows, self.new_runs, self.may_be_more


def find_window(session: Session, window: RunWindow) -> RunListSnapshot:
    """The runs of a window as they are now, and the number of newer ones, in one statement."""
    counted = _new_runs(window).subquery()
    shown = (
        runs_query()
        .where(
            visible(window.scope, window.tenant_id),
            col(OperationRun.id).in_(window.run_ids),
        )
        .subquery()
    )
    rows = session.execute(
        select(shown, counted).select_from(counted.outerjoin(shown, true()))
    ).all()
    runs = sorted((snapshot_of(row) for row in rows if row.id is not None), key=lambda r: -r.id)
    first = rows[0]
    may_be_more = first.newer == _MOST_NEWER and first.new_runs < MOST_NEW_RUNS
    return RunListSnapshot(first.counted_at, tuple(runs), first.new_runs, may_be_more)


def _new_runs(window: RunWindow) -> Select[Any]:
    """How many runs are newer than the window, as far as is looked, and how many it asks for."""
    newer = (
        select(col(OperationRun.id))
        .where(
            visible(window.scope, window.tenant_id),
            col(OperationRun.id) > window.newest_known_id,
        )
        .order_by(col(OperationRun.id))
        .limit(MOST_NEW_RUNS if window.wanted.is_empty else _MOST_NEWER)
        .subquery()
    )
    wanted = (
        select(literal(1))
        .select_from(newer.join(OperationRun, col(OperationRun.id) == newer.c.id))
        .where(*conditions(window.wanted, window.scope).values())
        .limit(MOST_NEW_RUNS)
        .subquery()
    )
    return select(
        select(func.count()).select_from(wanted).scalar_subquery().label("new_runs"),
        select(func.count()).select_from(newer).scalar_subquery().label("newer"),
        utc_now().label("counted_at"),
    )
