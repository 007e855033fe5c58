"""The runs of a tenant in a period, read in bounded memory."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType
from sqlmodel import col

from models import OperationRun, User
from services.packs.keyset import IdRange, id_ranges
from services.packs.order import PackOrder
from services.packs.plain_text import csv_instant

# How many rows pass between two looks at whether to go on.
_SLICE = 1_000
_TIME_LENGTH = len("2026-11-25 01:02:03.000000")
_decode = json.JSONDecoder().raw_decode


class RunRow(NamedTuple):
    """A stored run with its initiator; a plain tuple, because millions of them go by."""

    id: int
    type: str
    status: str | None
    outcome: str | None
    initiator: str | None
    initiator_email: str | None
    created_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    counts: Any
    failures: Any
    attempt: int
    retry_of_id: int | None
    # The three times once more, as they stand in a CSV: formatting them is what costs most.
    times: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class RunSlice:
    """At most a thousand runs, and the share of the tenant's history read up to here."""

    rows: Sequence[RunRow]
    share: float


def read_runs(session: Session, order: PackOrder) -> Iterator[RunSlice]:
    """The runs that were created in the period, oldest id first.

    Also yields empty slices: in a long history most of the way may lie outside the period.
    """
    of_tenant = col(OperationRun.tenant_id) == order.tenant_id
    for ids in id_ranges(session, col(OperationRun.id), of_tenant):
        # By the connection: the session would look for entities in every row.
        with session.connection().execute(_runs(order, ids)) as found:
            while rows := found.fetchmany(_SLICE):
                yield RunSlice([_run(row) for row in rows], ids.share)
        yield RunSlice((), ids.share)


def _runs(order: PackOrder, ids: IdRange) -> Select[Any]:
    run = OperationRun
    query = (
        select(
            col(run.id),
            col(run.type),
            col(run.status),
            col(run.outcome),
            col(User.name),
            col(User.email),
            *_as_stored(run.created_at, run.started_at, run.completed_at),
            *_as_stored(run.summary_counts, run.failure_summary),
            col(run.attempt),
            col(run.retry_of_id),
        )
        .outerjoin(User, col(User.id) == col(run.initiated_by_user_id))
        .where(
            col(run.tenant_id) == order.tenant_id,
            col(run.id) > ids.after,
            col(run.id) <= ids.up_to,
            col(run.created_at) >= order.options.period_from,
            col(run.created_at) < order.options.period_to,
        )
        .order_by(col(run.id))
    )
    return query if order.run_id is None else query.where(col(run.id) != order.run_id)


def _as_stored(*columns: Any) -> tuple[ColumnElement[Any], ...]:
    return tuple(type_coerce(column, NullType()) for column in columns)


def _run(row: Sequence[Any]) -> RunRow:
    """What `UtcDateTime` and `JsonDocument` would make of it, at a third of their time."""
    (id_, type_, status, outcome, name, email, created, started, completed, *rest) = row
    counts, failures, attempt, retry_of_id = rest
    created_at, created_text = _instant(created)
    started_at, started_text = _instant(started)
    completed_at, completed_text = _instant(completed)
    return RunRow(
        id_,
        type_,
        status,
        outcome,
        name,
        email,
        created_at,
        started_at,
        completed_at,
        _document(counts),
        _document(failures),
        attempt,
        retry_of_id,
        (created_text, started_text, completed_text),
    )


def _instant(value: Any) -> tuple[datetime | None, str]:
    """A stored time, and its text for a CSV; what is no time is None and the empty text."""
    if value.__class__ is str:
        try:
            instant = datetime.fromisoformat(value + "+00:00")
        except ValueError:
            return None, ""
        is_usual = len(value) == _TIME_LENGTH and value[10] == " "
        return instant, f"{value[:10]}T{value[11:]}Z" if is_usual else csv_instant(instant)
    if not isinstance(value, datetime):
        return None, ""
    return value.astimezone(UTC), csv_instant(value)


def _document(value: Any) -> Any:
    if value.__class__ is not str:
        return value
    if value == "[]":
        return None
    try:
        found, end = _decode(value)
        # Something around it is rare, and slower to look for.
        return found if end == len(value) else json.loads(value)
    except (ValueError, RecursionError):
        return value


def duration(run: RunRow) -> float | None:
    """How many seconds the run was at work; None when it has not ended, or before it began."""
    if run.started_at is None or run.completed_at is None:
        return None
    seconds = (run.completed_at - run.started_at).total_seconds()
    return seconds if seconds >= 0 else None
