"""The audit trail: who did what to what, in the transaction of the deed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models import AuditEntry

# Made once, and of the table: building a statement anew costs more than executing it.
_INSERT = insert(AuditEntry.metadata.tables["audit_entry"])


def record(
    session: Session,
    action: str,
    object_type: str,
    object_id: int | None,
    *,
    workspace_id: int | None = None,
    actor_user_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one entry, which is kept exactly if the caller's transaction is.

    Without `actor_user_id` the system did it, or someone at the command line.
    """
    session.execute(
        _INSERT,
        {
            "action": action,
            "object_type": object_type,
            "object_id": object_id,
            "workspace_id": workspace_id,
            "actor_user_id": actor_user_id,
            "details": dict(details or {}),
        },
    )
