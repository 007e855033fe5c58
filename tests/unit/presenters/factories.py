"""Runs as the presenters get them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.run_trail import RunEventEntry, RunTrail
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
        "runner": "worker",
        "priority": 0,
        "available_at": None,
        "heartbeat_at": None,
        "lease_until": None,
        "lease_owner": None,
    }
    return RunSnapshot(**{**run, **columns})


def a_trail(*events: tuple[str, dict[str, Any] | None], actor: str | None = None) -> RunTrail:
    """A trail of (action, details), one second after the other, the last at `NOW`."""
    first = NOW - timedelta(seconds=len(events) - 1)
    entries = [
        RunEventEntry(first + timedelta(seconds=n), f"run.{action}", actor, details)
        for n, (action, details) in enumerate(events)
    ]
    return RunTrail(tuple(entries), 0, len(entries))
