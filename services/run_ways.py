"""Which index finds the runs of a list: what it serves is sought, the rest is only tested."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from models import OperationRun
from models.expressions import filter_only
from policy.access import Scope
from services.run_filters import RunFilter
from services.run_matching import conditions, has_status, visible

# To build a statement takes longer than to answer it, and most people ask for the same few lists.
STATEMENTS_KEPT = 200
_MOST_BRANCHES = 20
# What is sought by first: what usually leaves the fewest.
_PREFERRED = ("status", "initiator", "type", "tenant")

Condition = ColumnElement[bool]
Parts = Mapping[str, Condition]


@dataclass(frozen=True, slots=True)
class Way:
    """All that match are in `branches`, each of which an index holds in order; `rest` is tested
    on each of them. `is_by_time` when that order is by time of creation, within the bounds of the
    period, else it is by id.
    """

    branches: tuple[Condition, ...]
    rest: tuple[Condition, ...]
    is_by_time: bool = False

    def matching(self, branch: Condition) -> Condition:
        """Those of the branch that match."""
        return and_(branch, *(filter_only(condition) for condition in self.rest))


@lru_cache(STATEMENTS_KEPT)
def ways(wanted: RunFilter, scope: Scope) -> tuple[Way, ...]:
    """All ways to the same runs, the one to be preferred first. `wanted` is settled."""
    parts = conditions(wanted, scope)
    found = [_by_part(name, parts, wanted, scope) for name in _PREFERRED if name in parts]
    found.append(_by_scope(parts, scope))
    return (_by_time(parts, scope), *found) if wanted.has_period else tuple(found)


def _by_part(name: str, parts: Parts, wanted: RunFilter, scope: Scope) -> Way:
    rest = tuple(condition for other, condition in parts.items() if other != name)
    branches = {
        "status": lambda: tuple(map(has_status, wanted.statuses)),
        "type": lambda: tuple(col(OperationRun.type) == kind for kind in wanted.types),
    }.get(name, lambda: (parts[name],))()
    if name != "tenant":
        branches = tuple(and_(_workspace(scope), branch) for branch in branches)
    return Way(branches, (*_unseen(scope), *rest))


def _by_scope(parts: Parts, scope: Scope) -> Way:
    tenants = scope.tenant_ids
    if tenants is None or len(tenants) > _MOST_BRANCHES:
        return Way((_workspace(scope),), (*_unseen(scope), *parts.values()))
    branches = tuple(col(OperationRun.tenant_id) == tenant for tenant in sorted(tenants))
    return Way(branches, tuple(parts.values()))


def _by_time(parts: Parts, scope: Scope) -> Way:
    rest = tuple(condition for name, condition in parts.items() if name != "period")
    return Way((_workspace(scope),), (*_unseen(scope), *rest), is_by_time=True)


def _workspace(scope: Scope) -> Condition:
    return col(OperationRun.workspace_id) == scope.workspace_id


def _unseen(scope: Scope) -> tuple[Condition, ...]:
    """What is left to be tested of what the person may see, once the workspace is right."""
    return () if scope.is_whole_workspace else (visible(scope),)
