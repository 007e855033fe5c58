"""Runs as the presenters get them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.pack_card import CardDetails, CardSnapshot, PackRun, PackSnapshot
from services.run_trail import RunEventEntry, RunTrail
from services.runs import RunSnapshot
from ui.presenters.locale import Locale

BERLIN = ZoneInfo("Europe/Berlin")
LOCALE = Locale("en", BERLIN)
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


SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
OCTOBER = {
    "from": "2026-09-30T22:00:00+00:00",
    "to": "2026-10-31T23:00:00+00:00",
    "sections": ["runs", "failures", "access", "audit", "packs"],
    "include_failure_details": False,
}


def a_pack_run(status: str | None = "running", **columns: Any) -> PackRun:
    """The run of a pack, queued two minutes before `NOW`, with a worker at hand."""
    run: dict[str, Any] = {
        "now": NOW,
        "id": 9,
        "version": 2,
        "status": status,
        "outcome": None,
        "summary_counts": {},
        "failure_summary": [],
        "created_at": NOW - timedelta(minutes=2),
        "completed_at": None,
        "attempt": 1,
        "cancel_requested_at": None,
        "runner": "worker",
        "available_at": None,
        "heartbeat_at": None,
        "lease_until": None,
        "lease_owner": None,
        "queue_position": None,
        "has_room": None,
        "worker_seen_at": NOW,
    }
    return PackRun(**{**run, **columns})


def a_pack(status: str | None = "ready", **columns: Any) -> PackSnapshot:
    """A pack of October in Berlin, generated a minute before `NOW`, that lives for thirty days."""
    is_made = status == "ready"
    pack: dict[str, Any] = {
        "now": NOW,
        "id": 5,
        "workspace_id": 1,
        "tenant_id": 1,
        "status": status,
        "options": OCTOBER,
        "summary": {},
        "initiator_name": "Ada",
        "created_at": NOW - timedelta(minutes=2),
        "updated_at": NOW - timedelta(minutes=1),
        "generated_at": NOW - timedelta(minutes=1) if is_made else None,
        "expires_at": NOW + timedelta(days=30) if is_made else None,
        "file_size": 1_234_567 if is_made else None,
        "sha256": SHA if is_made else None,
        "newest_download_id": None,
        "run": None,
    }
    return PackSnapshot(**{**pack, **columns})


def a_card(pack: PackSnapshot | None, *earlier: PackSnapshot, **details: Any) -> CardSnapshot:
    return CardSnapshot(NOW, pack, CardDetails(earlier, **details))
