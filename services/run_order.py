"""The order of a list, and the part of it between two places."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, literal, select, tuple_
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from models import OperationRun
from models.expressions import filter_only
from policy.access import Scope
from services.run_filters import RunFilter
from services.run_matching import is_in_period, visible

S = TypeVar("S", bound="Select[*tuple[Any, ...]]")


@dataclass(frozen=True, slots=True)
class Order:
    """By id, or within a period by time of creation and then by id. A place is a run's id.

    `begin` and `end` bound a list by time. `is_sorted` when the rows are sorted for it, because
    they come by an index of another order; then the period is tested like the rest.
    """

    is_by_time: bool
    is_ascending: bool
    is_sorted: bool = False
    begin: datetime | None = None
    end: datetime | None = None

    def between(self, after: int | None, up_to: int | None) -> list[ColumnElement[bool]]:
        """What follows one place as far as the other, both within the period."""
        # One bound on either side: of two the database would seek by any, and read far too much.
        near = self._bound(is_near=True) if after is None else [self._after(after)]
        far = self._bound(is_near=False) if up_to is None else [self._up_to(up_to)]
        return near + far

    def sort(self, query: S) -> S:
        keys: list[Any] = [col(OperationRun.id)]
        if self.is_by_time:
            keys.insert(0, col(OperationRun.created_at))
        if self.is_sorted:
            keys = [filter_only(key) for key in keys]
        return query.order_by(*(key.asc() if self.is_ascending else key.desc() for key in keys))

    def _bound(self, *, is_near: bool) -> list[ColumnElement[bool]]:
        created = col(OperationRun.created_at)
        if is_near == self.is_ascending:
            return [] if self.begin is None else [created >= self.begin]
        return [] if self.end is None else [created < self.end]

    def _after(self, run_id: int) -> ColumnElement[bool]:
        here, there = self._here(), self._place(run_id)
        return self._tested(here > there if self.is_ascending else here < there)

    def _up_to(self, run_id: int) -> ColumnElement[bool]:
        here, there = self._here(), self._place(run_id)
        return self._tested(here <= there if self.is_ascending else here >= there)

    def _here(self) -> Any:
        run_id = col(OperationRun.id)
        return tuple_(col(OperationRun.created_at), run_id) if self.is_by_time else run_id

    def _place(self, run_id: int) -> ColumnElement[Any]:
        # A time is compared as it is stored: what is read of it may be less exact, or nothing.
        return tuple_(_created_at(run_id), literal(run_id)) if self.is_by_time else literal(run_id)

    def _tested(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return filter_only(condition) if self.is_sorted else condition


def is_place(session: Session, scope: Scope, wanted: RunFilter, run_id: int) -> bool:
    """Whether a list within a period can go on from this run: it is seen, and is of the period."""
    run = select(col(OperationRun.id)).where(
        col(OperationRun.id) == run_id, visible(scope), is_in_period(wanted)
    )
    return session.scalar(run) is not None


def _created_at(run_id: int) -> ColumnElement[Any]:
    run = aliased(OperationRun)
    return select(col(run.created_at)).where(col(run.id) == run_id).scalar_subquery()
