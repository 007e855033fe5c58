"""The failures of the last day, one group for each fingerprint, with the tenants they hit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun, RunOutcome, Tenant
from policy.access import Scope
from policy.failure_state import FailureState, Standing, failure_state
from policy.status import UxStatus
from services.overview.acknowledgements import Acknowledgement, find_acknowledgements
from services.overview.failing_runs import FailingRuns, gather
from services.overview.window import Window, ended, ended_as, type_of_run, window_of

MOST_LOOKED_BACK = 50_000
_WHOLE_WORKSPACE = ("", "")


@dataclass(frozen=True, slots=True)
class AffectedTenant:
    """A tenant with failed runs of a group, or the workspace itself (`id` None)."""

    id: int | None
    slug: str
    name: str
    runs: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures of one code in runs of one type; the tenants that are still hit come first.

    `acknowledgement` is the one that holds, and never that of a reader of some tenants only:
    a note may name others.
    """

    fingerprint: str
    type: str
    code: str
    message: str
    state: FailureState
    statuses: tuple[UxStatus, ...]
    last_at: datetime | None
    tenants: tuple[AffectedTenant, ...]
    acknowledgement: Acknowledgement | None = None

    @property
    def runs(self) -> int:
        return sum(tenant.runs for tenant in self.tenants)

    @property
    def last_run_id(self) -> int:
        return max(tenant.standing.newest_failure for tenant in self.tenants)

    @property
    def newest(self) -> dict[int | None, int]:
        """The newest failure of each tenant that it is not over for."""
        return {t.id: t.standing.newest_failure for t in self.tenants if t.standing.is_open}


@dataclass(frozen=True, slots=True)
class Failures:
    """The groups, trouble first. Counted are failures since `since`; `is_cut` when there were too
    many runs, or groups, to read all of the day."""

    since: datetime
    groups: tuple[FailureGroup, ...] = ()
    is_cut: bool = False


def find_failures(session: Session, scope: Scope, window: Window) -> Failures:
    """What failed since then, as far as `scope` shows it, and what has become of it."""
    gathered = gather(session, scope, window)
    since, is_cut = gathered.cut_at or window.since, gathered.is_cut or window.is_cut
    failing = gathered.by_fingerprint
    if not failing:
        return Failures(since, (), is_cut)
    words = find_acknowledgements(session, scope.workspace_id)
    known = {key: word for key, word in words.items() if key in failing}
    past = _Past(
        _successes(session, scope, _looked_back(session, scope, window, known.values())),
        _tenants(session, scope),
    )
    groups = [_group(key, runs, known.get(key), past, scope) for key, runs in failing.items()]
    order = list(FailureState)
    groups.sort(key=lambda group: (order.index(group.state), -group.last_run_id))
    return Failures(since, tuple(groups), is_cut)


@dataclass(frozen=True, slots=True)
class _Past:
    """The newest success of each type and tenant; the slug and the name of each tenant."""

    successes: Mapping[tuple[str, int | None], int]
    tenants: Mapping[int | None, tuple[str, str]]


def _group(
    key: str, runs: FailingRuns, word: Acknowledgement | None, past: _Past, scope: Scope
) -> FailureGroup:
    covers = dict(word.covers) if word is not None else {}
    affected = [
        AffectedTenant(
            tenant_id,
            *past.tenants.get(tenant_id, _WHOLE_WORKSPACE),
            len(ids),
            Standing(max(ids), past.successes.get((runs.type, tenant_id)), covers.get(tenant_id)),
        )
        for tenant_id, ids in runs.of_tenants.items()
    ]
    affected.sort(key=lambda tenant: (not tenant.standing.is_open, -tenant.runs, tenant.name))
    state = failure_state(tenant.standing for tenant in affected)
    is_shown = state is FailureState.ACKNOWLEDGED and scope.is_whole_workspace
    return FailureGroup(
        fingerprint=key,
        type=runs.type,
        code=runs.code,
        message=runs.message,
        state=state,
        statuses=tuple(sorted(runs.statuses)),
        last_at=runs.last_at,
        tenants=tuple(affected),
        acknowledgement=word if is_shown else None,
    )


def _looked_back(
    session: Session, scope: Scope, window: Window, words: Iterable[Acknowledgement]
) -> datetime:
    """An acknowledgement also ends with a success that is older than what is shown, if it is
    among the newest 50,000 runs."""
    begin = min((word.at for word in words if word.at is not None), default=window.since)
    if begin >= window.since:
        return window.since
    return min(window.since, window_of(session, scope, begin, MOST_LOOKED_BACK).since)


def _successes(
    session: Session, scope: Scope, since: datetime
) -> dict[tuple[str, int | None], int]:
    """The newest run of each type and tenant that has succeeded."""
    tenant_id = col(OperationRun.tenant_id)
    newest = func.max(col(OperationRun.id))
    rows = session.execute(
        select(type_of_run.label("type"), tenant_id, newest)
        .where(ended(scope, since), ended_as == RunOutcome.SUCCEEDED.value)
        .group_by(type_of_run, tenant_id)
    )
    return {(type_, tenant): run_id or 0 for type_, tenant, run_id in rows}


def _tenants(session: Session, scope: Scope) -> dict[int | None, tuple[str, str]]:
    rows = session.execute(
        select(col(Tenant.id), col(Tenant.slug), col(Tenant.name)).where(
            col(Tenant.workspace_id) == scope.workspace_id
        )
    )
    return {tenant_id: (slug, name) for tenant_id, slug, name in rows}
