"""The runs that failed, gathered by what they recorded of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Text, case, cast, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun, RunOutcome, RunStatus
from policy.access import Scope
from policy.status import UxStatus, ux_status
from services.overview.window import Window, ended, ended_as, type_of_run
from services.packs.failure_groups import failure_entries
from services.packs.plain_text import LONGEST_DETAIL, plain

MOST_RUNS = 2_000
MOST_GROUPS = 200
_LONGEST_READ = 20_000  # characters of what one run has recorded
_FAILING = (RunOutcome.FAILED.value, RunOutcome.PARTIALLY_SUCCEEDED.value)


@dataclass(slots=True)
class FailingRuns:
    """Runs of one type that failed by one code; `of_tenants` are their ids by tenant."""

    type: str
    code: str
    last_at: datetime | None
    message: str = ""
    statuses: set[UxStatus] = field(default_factory=set)
    of_tenants: dict[int | None, set[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The failing runs by fingerprint; `cut_at` is where reading ended early."""

    by_fingerprint: Mapping[str, FailingRuns]
    is_cut: bool
    cut_at: datetime | None


def gather(session: Session, scope: Scope, window: Window) -> Gathered:
    """The newest runs that failed wholly or in part, at most 2,000 and in at most 200 groups."""
    rows = session.execute(_failing(scope, window)).all()
    groups: dict[str, FailingRuns] = {}
    left_out = 0
    for row in rows:
        left_out += _put(groups, row)
    is_last = len(rows) == MOST_RUNS
    return Gathered(groups, is_last or left_out > 0, rows[-1].completed_at if is_last else None)


def fingerprint(type_: str, code: str) -> str:
    """The same for the same code in runs of the same type, and of one length."""
    return hashlib.sha256(f"{type_}\0{code}".encode("utf-8", "replace")).hexdigest()[:32]


def _put(groups: dict[str, FailingRuns], row: Row[Any]) -> int:
    """Put a run into the groups of its failures; for how many there was no room."""
    status = ux_status(RunStatus.COMPLETED, row.outcome)
    left_out = 0
    for code, entry in failure_entries(row.failures, status):
        key = fingerprint(row.type, code)
        if key not in groups and len(groups) >= MOST_GROUPS:
            left_out += 1
            continue
        group = groups.setdefault(key, FailingRuns(row.type, code, row.completed_at))
        group.message = group.message or plain(entry.get("message"), LONGEST_DETAIL)
        group.statuses.add(status)
        group.of_tenants.setdefault(row.tenant_id, set()).add(row.id)
    return left_out


def _failing(scope: Scope, window: Window) -> Select[Any]:
    stored = cast(col(OperationRun.failure_summary), Text)
    is_readable = func.length(stored) <= _LONGEST_READ
    columns: tuple[Any, ...] = (
        col(OperationRun.id),
        type_of_run.label("type"),
        col(OperationRun.tenant_id),
        col(OperationRun.outcome),
        col(OperationRun.completed_at),
        case((is_readable, col(OperationRun.failure_summary))).label("failures"),
    )
    return (
        select(*columns)
        .where(ended(scope, window.since), ended_as.in_(_FAILING))
        .order_by(col(OperationRun.completed_at).desc())
        .limit(MOST_RUNS)
    )
