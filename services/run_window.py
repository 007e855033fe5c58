"""What a list on a screen shows, and what it is told at each refresh."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime

from policy.access import Scope
from services.remembering import Remembering, remembered
from services.run_filters import ANY_RUN, RunFilter
from services.run_snapshot import RunSnapshot

# Whose runs are seen where a scope and a tenant have nothing in common.
_NOBODY = 0


@dataclass(frozen=True, slots=True)
class RunWindow:
    """What a list on a screen shows: which runs, of whom, and which is the newest it knows of."""

    scope: Scope
    tenant_id: int | None
    run_ids: tuple[int, ...]
    newest_known_id: int
    wanted: RunFilter = ANY_RUN

    @property
    def filter(self) -> RunFilter:
        """What is wanted, in whatever order."""
        wanted = self.wanted
        return replace(wanted, is_oldest_first=False) if wanted.is_oldest_first else wanted

    @property
    def reach(self) -> "Reach":
        """Whose runs it may show."""
        tenants = self.scope.tenant_ids
        if self.tenant_id is not None:
            is_seen = tenants is None or self.tenant_id in tenants
            tenants = frozenset({self.tenant_id if is_seen else _NOBODY})
        seen = None if tenants is None else tuple(sorted(tenants)) or (_NOBODY,)
        return Reach(self.scope.workspace_id, seen)


@dataclass(frozen=True, slots=True)
class Reach:
    """A workspace as a whole, or some tenants of it."""

    workspace_id: int
    tenant_ids: tuple[int, ...] | None


@dataclass(frozen=True)
class RunListSnapshot(Remembering):
    """The shown runs as they are at `now`, and how many newer ones the list asks for (at most
    100); there `may_be_more` when there are too many newer ones to look at all.
    """

    now: datetime = field(compare=False)
    runs: tuple[RunSnapshot, ...]
    new_runs: int
    may_be_more: bool = False

    @remembered
    def look(self) -> Hashable:
        """All that tells one sight of this list from another, whoever looks."""
        rows = tuple((run.id, run.version, run.ux_status) for run in self.runs)
        return rows, self.new_runs, self.may_be_more
