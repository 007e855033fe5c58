"""How often a tenant's review pack card asks, and when a ready pack has expired."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.states import PackStatus
from policy.decision import Decision, Guards, Reason, guarded, never
from policy.instant import elapsed, require_aware

_WHILE_ACTIVE = 10


class UxPackStatus(StrEnum):
    """A pack as a person sees it."""

    QUEUED = "queued"
    GENERATING = "generating"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


_KNOWN = {status.value: UxPackStatus(status.value) for status in PackStatus}
_REASONS = {
    UxPackStatus.READY: Reason.TERMINAL,
    UxPackStatus.FAILED: Reason.TERMINAL,
    UxPackStatus.EXPIRED: Reason.EXPIRED,
    UxPackStatus.UNKNOWN: Reason.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class PackFacts:
    """The persisted facts of a pack that its card depends on; times are aware."""

    status: str | None
    expires_at: datetime | None

    def __post_init__(self) -> None:
        require_aware(expires_at=self.expires_at)


def effective_status(pack: PackFacts, now: datetime) -> UxPackStatus:
    """The one answer that screen, download and policy share: past its time, ready is expired."""
    require_aware(now=now)
    status = _KNOWN.get(pack.status or "", UxPackStatus.UNKNOWN)
    is_due = pack.expires_at is not None and elapsed(pack.expires_at, now) >= timedelta(0)
    return UxPackStatus.EXPIRED if status is UxPackStatus.READY and is_due else status


def decide(pack: PackFacts | None, guards: Guards, now: datetime) -> Decision:
    """The pace of the card for the tenant's latest pack at `now`: 10 s or never."""
    require_aware(now=now)
    if not guards.authorised:
        return never(Reason.UNAUTHORISED)
    if pack is None:
        return never(Reason.NONE)
    reason = _REASONS.get(effective_status(pack, now))
    return guarded(_WHILE_ACTIVE, guards) if reason is None else never(reason)


def repaint_at(pack: PackFacts | None, now: datetime) -> datetime | None:
    """When the card must turn by itself, without a read; None when nothing is to come."""
    require_aware(now=now)
    if pack is None or effective_status(pack, now) is not UxPackStatus.READY:
        return None
    return pack.expires_at
