"""The audit trail as a CSV file, a batch at a time, in the columns of a review pack's audit.csv."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services import audit
from services.audit_filter import AuditFilter
from services.auth import Viewer
from services.packs import csv_table
from services.packs.audit_evidence import AuditRow
from services.packs.csv_rows import AUDIT_COLUMNS, audit_row

BATCH = 1_000


def csv_heading() -> bytes:
    """How the file begins."""
    return csv_table.csv_heading(AUDIT_COLUMNS)


def csv_lines(rows: Sequence[AuditRow]) -> bytes:
    """Entries as lines in which no spreadsheet finds a formula."""
    return csv_table.csv_lines(audit_row(row) for row in rows)


def record_export(session: Session, viewer: Viewer, workspace_id: int, wanted: AuditFilter) -> None:
    """Before the first byte: who has taken which part of the trail away."""
    audit.record(
        session,
        "audit.exported",
        "workspace",
        workspace_id,
        workspace_id=workspace_id,
        actor_user_id=viewer.user_id,
        details=_terms(wanted),
    )


def _terms(wanted: AuditFilter) -> Mapping[str, Any]:
    """What was asked for, as far as it was asked for anything."""
    terms = {
        "actor": wanted.actor_email,
        "by_system": wanted.by_system or None,
        "action": wanted.action,
        "object_type": wanted.object_type,
        "object_id": wanted.object_id,
        "from": _instant(wanted.begin),
        "to": _instant(wanted.end),
    }
    return {name: value for name, value in terms.items() if value is not None}


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
