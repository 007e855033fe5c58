"""The failures of the last day, one group for each fingerprint, with the tenants they hit."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Text, case, cast, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun, RunOutcome, RunStatus, Tenant
from policy.access import Scope
from policy.failure_state import FailureState, Standing, failure_state
from policy.status import UxStatus, ux_status
from services.overview.acknowledgements import Acknowledgement, find_acknowledgements
from services.overview.window import Window, ended, ended_as
from services.packs.failure_groups import failure_entries
from services.packs.plain_text import LONGEST_DETAIL, plain, whole_number

MOST_RUNS = 2_000
MOST_GROUPS = 200
_LONGEST_READ = 20_000  # characters of what one run has recorded
_TYPE = func.substr(col(OperationRun.type), 1, 200)
_FAILING = (RunOutcome.FAILED.value, RunOutcome.PARTIALLY_SUCCEEDED.value)
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
    runs: int
    occurrences: int
    first_at: datetime | None
    last_at: datetime | None
    last_run_id: int
    tenants: tuple[AffectedTenant, ...]
    acknowledgement: Acknowledgement | None = None

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
    rows = session.execute(_failing(scope, window)).all()
    gathered, is_full = _gather(rows)
    acknowledged = find_acknowledgements(session, scope.workspace_id) if gathered else {}
    known = {key: word for key, word in acknowledged.items() if key in gathered}
    successes = _successes(session, scope, _looked_back(window, known.values()), bool(gathered))
    tenants = _tenants(session, scope) if gathered else {}
    groups = [
        _finished(key, group, known.get(key), successes, tenants, scope)
        for key, group in gathered.items()
    ]
    order = list(FailureState)
    groups.sort(key=lambda group: (order.index(group.state), -group.last_run_id))
    is_cut = len(rows) == MOST_RUNS
    since = (rows[-1].completed_at if is_cut else None) or window.since
    return Failures(since, tuple(groups), is_cut or is_full or window.is_cut)


def fingerprint(type_: str, code: str) -> str:
    """The same for the same code in runs of the same type, and of one length."""
    return hashlib.sha256(f"{type_}\0{code}".encode("utf-8", "replace")).hexdigest()[:32]


@dataclass(slots=True)
class _Gathered:
    type: str
    code: str
    message: str = ""
    occurrences: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    statuses: set[UxStatus] = field(default_factory=set)
    # tenant: the ids of its failed runs
    runs: dict[int | None, set[int]] = field(default_factory=dict)


def _gather(rows: Sequence[Any]) -> tuple[dict[str, _Gathered], bool]:
    """The failures by fingerprint, newest first; whether there were more than can be kept."""
    groups: dict[str, _Gathered] = {}
    is_full = False
    for row in rows:
        status = ux_status(RunStatus.COMPLETED, row.outcome)
        for code, entry in failure_entries(row.failures, status):
            key = fingerprint(row.type, code)
            if key not in groups and len(groups) >= MOST_GROUPS:
                is_full = True
                continue
            group = groups.setdefault(key, _Gathered(row.type, code))
            group.statuses.add(status)
            _count(group, row, entry)
    return groups, is_full


def _count(group: _Gathered, row: Any, entry: Mapping[str, Any]) -> None:
    group.occurrences += max(whole_number(entry.get("count")) or 1, 1)
    group.message = group.message or plain(entry.get("message"), LONGEST_DETAIL)
    group.last_at = group.last_at or row.completed_at
    group.first_at = row.completed_at or group.first_at
    group.runs.setdefault(row.tenant_id, set()).add(row.id)


def _finished(
    key: str,
    group: _Gathered,
    word: Acknowledgement | None,
    successes: Mapping[tuple[str, int | None], int],
    tenants: Mapping[int | None, tuple[str, str]],
    scope: Scope,
) -> FailureGroup:
    covers = dict(word.covers) if word is not None else {}
    affected = [
        AffectedTenant(
            tenant_id,
            *tenants.get(tenant_id, _WHOLE_WORKSPACE),
            len(ids),
            Standing(max(ids), successes.get((group.type, tenant_id)), covers.get(tenant_id)),
        )
        for tenant_id, ids in group.runs.items()
    ]
    affected.sort(key=lambda tenant: (not tenant.standing.is_open, -tenant.runs, tenant.name))
    state = failure_state(tenant.standing for tenant in affected)
    is_shown = state is FailureState.ACKNOWLEDGED and scope.is_whole_workspace
    return FailureGroup(
        fingerprint=key,
        type=group.type,
        code=group.code,
        message=group.message,
        state=state,
        statuses=tuple(sorted(group.statuses)),
        runs=sum(tenant.runs for tenant in affected),
        occurrences=group.occurrences,
        first_at=group.first_at,
        last_at=group.last_at,
        last_run_id=max(tenant.standing.newest_failure for tenant in affected),
        tenants=tuple(affected),
        acknowledgement=word if is_shown else None,
    )


def _failing(scope: Scope, window: Window) -> Any:
    stored = cast(col(OperationRun.failure_summary), Text)
    is_readable = func.length(stored) <= _LONGEST_READ
    return (
        select(
            col(OperationRun.id),
            _TYPE.label("type"),
            col(OperationRun.tenant_id),
            col(OperationRun.outcome),
            col(OperationRun.completed_at),
            case((is_readable, col(OperationRun.failure_summary))).label("failures"),
        )
        .where(ended(scope, window.since), ended_as.in_(_FAILING))
        .order_by(col(OperationRun.completed_at).desc())
        .limit(MOST_RUNS)
    )


def _looked_back(window: Window, words: Iterable[Acknowledgement]) -> datetime:
    """An acknowledgement also ends with a success that is older than what is shown."""
    return min([window.since, *(word.at for word in words if word.at is not None)])


def _successes(
    session: Session, scope: Scope, since: datetime, is_wanted: bool
) -> dict[tuple[str, int | None], int]:
    """The newest run of each type and tenant that has succeeded."""
    if not is_wanted:
        return {}
    rows = session.execute(
        select(_TYPE.label("type"), col(OperationRun.tenant_id), func.max(col(OperationRun.id)))
        .where(ended(scope, since), ended_as == RunOutcome.SUCCEEDED.value)
        .group_by(_TYPE, col(OperationRun.tenant_id))
    )
    return {(type_, tenant_id): run_id for type_, tenant_id, run_id in rows}


def _tenants(session: Session, scope: Scope) -> dict[int | None, tuple[str, str]]:
    rows = session.execute(
        select(col(Tenant.id), col(Tenant.slug), col(Tenant.name)).where(
            col(Tenant.workspace_id) == scope.workspace_id
        )
    )
    return {tenant_id: (slug, name) for tenant_id, slug, name in rows}
