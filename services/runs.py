"""What a person sees of runs: the access scope is part of every query, so hidden equals missing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, literal, select, true
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from models import IS_ACTIVE, OperationRun, Tenant, User
from models.columns import BigIntegerId, utc_now
from policy.access import Scope
from policy.estimate import Estimate, TypicalDuration, estimate
from policy.liveness import LifeFacts, Liveness, liveness
from policy.run_detail_polling import RunFacts
from policy.status import UxStatus, ux_status
from services.bulk_items import BulkResult
from services.queue_place import place_columns
from services.run_filters import ANY_RUN, RunFilter
from services.run_matching import conditions, visible
from services.run_trail import NO_TRAIL, RunTrail, trail_columns, trail_of

PAGE_SIZE = 50
MOST_NEW_RUNS = 100
_MOST_RELATED = 20
# Among how many newer runs a list looks for those that it asks for.
_MOST_NEWER = 1_000
_COLUMNS = (
    "id",
    "version",
    "workspace_id",
    "tenant_id",
    "type",
    "status",
    "outcome",
    "context",
    "summary_counts",
    "failure_summary",
    "created_at",
    "started_at",
    "completed_at",
    "attempt",
    "deliveries",
    "cancel_requested_at",
    "retry_of_id",
    "runner",
    "priority",
    "available_at",
    "heartbeat_at",
    "lease_until",
    "lease_owner",
)
_JOINED = ("now", "tenant_slug", "tenant_name", "initiator_name")


@dataclass(frozen=True, slots=True)
class RunSnapshot:
    """What is persisted of a run, as read at `now` by the database's clock. Times are aware UTC.

    `queue_position` and all that follows is read for one run only, not for lists; `typical` is how
    long runs like it have taken, as far as its reader sees them; `bulk` what a bulk run has come to
    for each of its runs.
    """

    now: datetime
    id: int
    version: int
    workspace_id: int
    tenant_id: int | None
    tenant_slug: str | None
    tenant_name: str | None
    initiator_name: str | None
    type: str
    status: str | None
    outcome: str | None
    context: Any
    summary_counts: Any
    failure_summary: Any
    created_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    attempt: int
    deliveries: int
    cancel_requested_at: datetime | None
    retry_of_id: int | None
    runner: str | None
    priority: int
    available_at: datetime | None
    heartbeat_at: datetime | None
    lease_until: datetime | None
    lease_owner: str | None
    queue_position: int | None = None
    has_room: bool | None = None
    worker_seen_at: datetime | None = None
    trail: RunTrail = NO_TRAIL
    typical: TypicalDuration | None = None
    bulk: tuple[BulkResult, ...] = ()

    @property
    def estimate(self) -> Estimate | None:
        """What its past says of it while it waits or runs, as of the read."""
        if not self.ux_status.is_active:
            return None
        is_running = self.ux_status is UxStatus.RUNNING
        return estimate(self.typical, self.started_at if is_running else None, self.now)

    @property
    def ux_status(self) -> UxStatus:
        return ux_status(self.status, self.outcome)

    @property
    def facts(self) -> RunFacts:
        return RunFacts(self.status, self.outcome, self.created_at, self.started_at)

    @property
    def liveness(self) -> Liveness:
        """Whether anybody is there for it, as of the read."""
        facts = LifeFacts(
            status=self.status,
            outcome=self.outcome,
            runner=self.runner,
            created_at=self.created_at,
            available_at=self.available_at,
            queue_position=self.queue_position,
            has_room=self.has_room,
            worker_seen_at=self.worker_seen_at,
            heartbeat_at=self.heartbeat_at,
            lease_until=self.lease_until,
        )
        return liveness(facts, self.now)


@dataclass(frozen=True, slots=True)
class RelatedRun:
    """A run that this one retries, or that retries this one."""

    id: int
    status: UxStatus
    created_at: datetime | None
    is_retry: bool


@dataclass(frozen=True, slots=True)
class RunWindow:
    """What a list on a screen shows: which runs, of whom, and which is the newest it knows of."""

    scope: Scope
    tenant_id: int | None
    run_ids: tuple[int, ...]
    newest_known_id: int
    wanted: RunFilter = ANY_RUN


@dataclass(frozen=True, slots=True)
class RunListSnapshot:
    """The shown runs as they are at `now`, and how many newer ones the list asks for (at most
    100); there `may_be_more` when there are too many newer ones to look at all.
    """

    now: datetime
    runs: tuple[RunSnapshot, ...]
    new_runs: int
    may_be_more: bool = False


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of runs, newest first unless asked otherwise, with the ids to continue from on
    either side. `looked_through` when it is short because no more runs than that were looked at.
    """

    now: datetime
    runs: tuple[RunSnapshot, ...]
    newest_known_id: int
    older_than: int | None
    newer_than: int | None
    looked_through: int | None = None


def find_run(session: Session, run_id: int, last: RunSnapshot | None = None) -> RunSnapshot | None:
    """One run by id with its place in the queue and its trail, for whoever has been found to see
    it; see `is_visible`. One statement, which reads of the trail only what `last` does not have.
    """
    known = NO_TRAIL if last is None else last.trail
    read = {"run_id": run_id, "newest_known": known.newest_id}
    row = session.execute(_WATCHED_RUN, read).one_or_none()
    if row is None:
        return None
    return replace(
        _snapshot(row),
        queue_position=row.queue_position,
        has_room=row.has_room,
        worker_seen_at=row.worker_seen_at,
        trail=trail_of(row, known),
    )


def is_visible(scope: Scope | None, run: RunSnapshot | None) -> bool:
    """Whether a person with `scope` sees `run` at all."""
    return (
        scope is not None
        and run is not None
        and run.workspace_id == scope.workspace_id
        and (scope.tenant_ids is None or run.tenant_id in scope.tenant_ids)
    )


def find_related(session: Session, run: RunSnapshot, scope: Scope) -> tuple[RelatedRun, ...]:
    """The runs that this one retries, or that retry it, as far as `scope` shows them.

    They cannot change while a page refreshes: only a finished run is ever started again.
    """
    rows: Sequence[Row[Any]] = session.execute(
        _runs()
        .where(
            visible(scope, None),
            (col(OperationRun.retry_of_id) == run.id)
            | (col(OperationRun.id) == (run.retry_of_id or 0)),
        )
        .order_by(col(OperationRun.id))
        .limit(_MOST_RELATED)
    ).all()
    return tuple(
        RelatedRun(row.id, ux_status(row.status, row.outcome), row.created_at, row.id > run.id)
        for row in rows
    )


def find_page(
    session: Session,
    scope: Scope,
    *,
    tenant_id: int | None = None,
    older_than: int | None = None,
    newer_than: int | None = None,
) -> RunPage:
    """A page of runs by keyset; `older_than` and `newer_than` are run ids, at most one given."""
    query = _runs().where(visible(scope, tenant_id))
    if newer_than is not None:
        query = query.where(col(OperationRun.id) > newer_than).order_by(col(OperationRun.id))
    else:
        if older_than is not None:
            query = query.where(col(OperationRun.id) < older_than)
        query = query.order_by(col(OperationRun.id).desc())
    rows = session.execute(query.limit(PAGE_SIZE + 1)).all()
    has_more = len(rows) > PAGE_SIZE
    runs = tuple(_snapshot(row) for row in rows[:PAGE_SIZE])
    now: datetime = session.execute(select(utc_now())).scalar_one()
    if newer_than is not None:
        runs = runs[::-1]
        if not has_more:  # the newest page: show it whole rather than cut
            return find_page(session, scope, tenant_id=tenant_id)
        return RunPage(now, runs, runs[0].id, runs[-1].id, runs[0].id)
    return RunPage(
        now,
        runs,
        newest_known_id=runs[0].id
        if runs and older_than is None
        else newest_id(session, scope, tenant_id),
        older_than=runs[-1].id if has_more else None,
        newer_than=runs[0].id if runs and older_than is not None else None,
    )


def find_runs(session: Session, run_ids: Collection[int]) -> tuple[RunSnapshot, ...]:
    """These runs, for whoever has been found to see them; in no order."""
    rows = session.execute(_runs().where(col(OperationRun.id).in_(run_ids)))
    return tuple(map(_snapshot, rows))


def newest_id(session: Session, scope: Scope, tenant_id: int | None = None) -> int:
    """The newest run within `scope`, 0 when there is none."""
    newest = session.scalar(
        select(col(OperationRun.id))
        .where(visible(scope, tenant_id))
        .order_by(col(OperationRun.id).desc())
        .limit(1)
    )
    return newest or 0


def find_window(session: Session, window: RunWindow) -> RunListSnapshot:
    """The runs of a window as they are now, and the number of newer ones, in one statement."""
    counted = _new_runs(window).subquery()
    shown = (
        _runs()
        .where(
            visible(window.scope, window.tenant_id),
            col(OperationRun.id).in_(window.run_ids),
        )
        .subquery()
    )
    rows = session.execute(
        select(counted, shown).select_from(counted.outerjoin(shown, true()))
    ).all()
    runs = sorted((_snapshot(row) for row in rows if row.id is not None), key=lambda r: -r.id)
    first = rows[0]
    may_be_more = first.newer == _MOST_NEWER and first.new_runs < MOST_NEW_RUNS
    return RunListSnapshot(first.counted_at, tuple(runs), first.new_runs, may_be_more)


def count_active(session: Session) -> Mapping[str, int]:
    """How many runs are queued and running, read from the small index of active ones."""
    rows = session.execute(
        select(col(OperationRun.status), func.count())
        .where(IS_ACTIVE)
        .group_by(col(OperationRun.status))
    ).all()
    return dict(rows)


def _runs() -> Select[Any]:
    initiator = aliased(User)
    return (
        select(
            utc_now().label("now"),
            *(getattr(OperationRun, name) for name in _COLUMNS),
            col(Tenant.slug).label("tenant_slug"),
            col(Tenant.name).label("tenant_name"),
            col(initiator.name).label("initiator_name"),
        )
        .select_from(OperationRun)
        .outerjoin(Tenant, col(Tenant.id) == col(OperationRun.tenant_id))
        .outerjoin(initiator, col(initiator.id) == col(OperationRun.initiated_by_user_id))
    )


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


def _snapshot(row: Row[Any]) -> RunSnapshot:
    return RunSnapshot(**{name: getattr(row, name) for name in (*_JOINED, *_COLUMNS)})


# Built once: it is read again and again, and building it takes longer than answering it.
_WATCHED_RUN = (
    _runs()
    .add_columns(*place_columns(), *trail_columns())
    .where(col(OperationRun.id) == bindparam("run_id", type_=BigIntegerId))
)
