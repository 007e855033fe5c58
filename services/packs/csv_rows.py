"""The columns of each CSV of a pack, and how evidence becomes their rows."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from services.packs.access_evidence import AccessLine
from services.packs.audit_evidence import AuditRow
from services.packs.csv_table import Cell
from services.packs.failure_groups import FailureGroup, failure_codes
from services.packs.plain_text import (
    LONGEST_NAME,
    csv_cell,
    csv_instant,
    plain,
    plain_json,
    whole_number,
)
from services.packs.run_evidence import RunRow, duration
from services.packs.run_statistics import SYSTEM

_NO_COUNTS: dict[str, Any] = {}

RUN_COLUMNS = (
    "run_id",
    "type",
    "status",
    "outcome",
    "initiator",
    "initiator_email",
    "created_at",
    "started_at",
    "completed_at",
    "duration_seconds",
    "items_total",
    "items_processed",
    "items_succeeded",
    "items_failed",
    "items_skipped",
    "attempt",
    "retry_of_run_id",
    "failure_codes",
)
FAILURE_COLUMNS = (
    "code",
    "type",
    "occurrences",
    "runs",
    "first_at",
    "first_run_id",
    "last_at",
    "last_run_id",
    "later_run_succeeded",
    "later_success_at",
)
DETAIL_COLUMNS = ("message", "sample")
ACCESS_COLUMNS = (
    "name",
    "email",
    "role",
    "reach",
    "granted_at",
    "ended_at",
    "held_at_end_of_period",
)
AUDIT_COLUMNS = (
    "entry_id",
    "at",
    "actor",
    "actor_email",
    "action",
    "object_type",
    "object_id",
    "subject",
    "subject_email",
    "details",
)


def run_row(run: RunRow) -> tuple[Cell, ...]:
    seconds = duration(run)
    count = run.counts.get if isinstance(run.counts, dict) else _NO_COUNTS.get
    return (
        run.id,
        _cell(run.type),
        _cell(run.status),
        _cell(run.outcome),
        _cell(run.initiator) or SYSTEM,
        _cell(run.initiator_email),
        *run.times,
        None if seconds is None else round(seconds, 3),
        # Spelled out: a loop would cost a tenth of the whole row.
        whole_number(count("total")),
        whole_number(count("processed")),
        whole_number(count("succeeded")),
        whole_number(count("failed")),
        whole_number(count("skipped")),
        whole_number(run.attempt),
        run.retry_of_id,
        _cell(" ".join(failure_codes(run))) if run.failures else "",
    )


def failure_row(group: FailureGroup, *, include_details: bool) -> tuple[Cell, ...]:
    row = (
        csv_cell(group.code),
        csv_cell(group.type),
        group.occurrences,
        group.runs,
        csv_instant(group.first_at),
        group.first_run_id,
        csv_instant(group.last_at),
        group.last_run_id,
        "" if group.is_recovered is None else _yes(group.is_recovered),
        csv_instant(group.recovered_at),
    )
    return (*row, csv_cell(group.message), csv_cell(group.sample)) if include_details else row


def access_row(line: AccessLine, period_to: datetime) -> tuple[Cell, ...]:
    return (
        csv_cell(line.name),
        csv_cell(line.email),
        csv_cell(line.role),
        "workspace" if line.is_of_workspace else "tenant",
        csv_instant(line.granted_at),
        csv_instant(line.ended_at),
        _yes(line.ended_at is None or line.ended_at >= period_to),
    )


def audit_row(entry: AuditRow) -> tuple[Cell, ...]:
    return (
        entry.id,
        csv_instant(entry.at),
        _cell(entry.actor) or SYSTEM,
        _cell(entry.actor_email),
        _cell(entry.action),
        _cell(entry.object_type),
        whole_number(entry.object_id),
        _cell(entry.subject),
        _cell(entry.subject_email),
        csv_cell(plain_json(entry.details)),
    )


def _cell(text: str | None) -> str:
    # Types, names and codes come again and again; what is long is not worth remembering.
    return _known_cell(text) if text is None or len(text) <= LONGEST_NAME else csv_cell(plain(text))


@lru_cache(maxsize=4096)
def _known_cell(text: str | None) -> str:
    return csv_cell(plain(text))


def _yes(value: bool) -> str:
    return "yes" if value else "no"
