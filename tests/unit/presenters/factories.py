"""Runs as the presenters get them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.runs import RunSnapshot

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 11, 3, 10, tzinfo=UTC)


def a_run(
    status: str | None = "running", outcome: str | None = None, **columns: Any
) -> RunSnapshot:
    """A run that was queued two minutes and started one minute before `NOW`."""
    run: dict[str, Any] = {
        "now": NOW,
        "id": 7,
        "version": 3,
        "workspace_id": 1,
        "tenant_id": None,
        "tenant_slug": None,
        "tenant_name": None,
        "initiator_name": "Ada",
        "type": "database.check",
        "status": status,
        "outcome": outcome,
        "context": {},
        "summary_counts": {},
        "failure_summary": [],
        "created_at": NOW - timedelta(minutes=2),
        "started_at": NOW - timedelta(minutes=1),
        "completed_at": None,
        "attempt": 1,
        "deliveries": 1,
        "cancel_requested_at": None,
        "retry_of_id": None,
    }
    return RunSnapshot(**{**run, **columns})
