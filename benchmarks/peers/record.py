"""The record that every peer shows: forty fields of one run, for whoever may see it.

Signed in, and allowed to: both are asked in the one statement that reads the run.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

SQL = """
SELECT r.id, r.version, r.type, r.status, r.outcome, r.runner, r.attempt, r.deliveries, r.priority,
  r.created_at, r.started_at, r.completed_at, r.available_at, r.heartbeat_at, r.lease_until,
  r.lease_owner, r.cancel_requested_at, r.retry_of_id, r.concurrency_key, r.concurrency_limit,
  r.active_key, r.context, r.summary_counts, r.failure_summary,
  t.slug AS tenant_slug, t.name AS tenant, w.name AS workspace, u.name AS initiator, m.role
FROM operation_run r
JOIN user_session s ON s.token_hash = :token AND s.revoked_at IS NULL
JOIN membership m ON m.user_id = s.user_id AND m.workspace_id = r.workspace_id
  AND m.revoked_at IS NULL AND (m.tenant_id IS NULL OR m.tenant_id = r.tenant_id)
JOIN workspace w ON w.id = r.workspace_id
LEFT JOIN tenant t ON t.id = r.tenant_id
LEFT JOIN user_account u ON u.id = r.initiated_by_user_id
WHERE r.id = :run_id
"""
_DOCUMENTS = ("context", "summary_counts", "failure_summary")


def binds(run_id: int, token: str) -> dict[str, Any]:
    """What `SQL` asks with."""
    return {"run_id": run_id, "token": hashlib.sha256(token.encode()).hexdigest()}


def fields_of(row: Mapping[Any, Any]) -> dict[str, str]:
    """Forty fields as texts, in the order in which they are shown."""
    plain = {name: value for name, value in row.items() if name not in _DOCUMENTS}
    counts = json.loads(row["summary_counts"])
    context = json.loads(row["context"])
    now = datetime.now(UTC)
    started = datetime.fromisoformat(row["started_at"]).replace(tzinfo=UTC)
    beat = datetime.fromisoformat(row["heartbeat_at"]).replace(tzinfo=UTC)
    derived = {
        "percent": 100 * counts["processed"] // counts["total"],
        "remaining": counts["total"] - counts["processed"],
        "elapsed": int((now - started).total_seconds()),
        "silent_for": int((now - beat).total_seconds()),
        "failures": len(json.loads(row["failure_summary"])),
    }
    together = {**plain, **counts, **context, **derived}
    return {name: "" if value is None else str(value) for name, value in together.items()}
