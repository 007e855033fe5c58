"""What a list can be filtered by: the types there are, and who has started runs."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun, User
from policy.access import Scope
from services.run_filters import LONGEST_VALUE
from services.run_matching import visible
from services.run_ways import STATEMENTS_KEPT

MOST_CHOICES = 100
_LOOKED_THROUGH = 1_000


@dataclass(frozen=True, slots=True)
class RunChoices:
    """Types, and (id, name) of initiators, each at most 100 and by name."""

    types: tuple[str, ...]
    initiators: tuple[tuple[int, str], ...]


def find_choices(session: Session, scope: Scope) -> RunChoices:
    """What occurs in the runs of the whole workspace; for a person of some tenants only what
    occurs in the newest of theirs.
    """
    types = _distinct(session, scope, col(OperationRun.type))
    people = _distinct(session, scope, col(OperationRun.initiated_by_user_id))
    names = session.execute(
        select(col(User.id), col(User.name)).where(col(User.id).in_(people)).order_by(User.name)
    ).all()
    # A longer one, of another program, cannot be asked for; it would stand whole on every page.
    types = [kind for kind in types if len(str(kind)) <= LONGEST_VALUE]
    return RunChoices(tuple(types), tuple((row.id, row.name) for row in names))


def _distinct(session: Session, scope: Scope, column: Any) -> list[Any]:
    query = _skipping if scope.is_whole_workspace else _among_newest
    return list(session.scalars(query(scope, column)))


@lru_cache(STATEMENTS_KEPT)
def _among_newest(scope: Scope, column: Any) -> Select[Any]:
    newest = (
        select(column.label("value"))
        .where(visible(scope))
        .order_by(col(OperationRun.id).desc())
        .limit(_LOOKED_THROUGH)
        .subquery()
    )
    found = select(newest.c.value).where(newest.c.value.is_not(None)).distinct()
    return found.order_by(newest.c.value).limit(MOST_CHOICES)


@lru_cache(STATEMENTS_KEPT)
def _skipping(scope: Scope, column: Any) -> Select[Any]:
    """Each value once, from one to the next by the index, however many runs have it."""
    first = select(func.min(column).label("value")).where(visible(scope))
    values = first.cte("occurring", recursive=True)
    following = (
        select(func.min(column)).where(visible(scope), column > values.c.value).scalar_subquery()
    )
    values = values.union_all(select(following).where(values.c.value.is_not(None)))
    return select(values.c.value).where(values.c.value.is_not(None)).limit(MOST_CHOICES)
