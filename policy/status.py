"""What a stored status means. Any text may be in the database; only known words count."""

from enum import StrEnum

from models.states import RunOutcome, RunStatus


class UxStatus(StrEnum):
    """A run as a person sees it: its status, or once completed its outcome."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def is_active(self) -> bool:
        return self in _ACTIVE

    @property
    def is_terminal(self) -> bool:
        return self in _TERMINAL


# Allow-lists on purpose: a word that nobody knows is neither active nor finished.
_ACTIVE = frozenset({UxStatus.QUEUED, UxStatus.RUNNING})
_OF_OUTCOME: dict[str | None, UxStatus] = {
    RunOutcome.SUCCEEDED: UxStatus.SUCCEEDED,
    RunOutcome.PARTIALLY_SUCCEEDED: UxStatus.PARTIAL,
    RunOutcome.FAILED: UxStatus.FAILED,
    RunOutcome.CANCELLED: UxStatus.CANCELLED,
}
_TERMINAL = frozenset(_OF_OUTCOME.values())


def ux_status(status: str | None, outcome: str | None) -> UxStatus:
    """The `UxStatus` of stored texts; anything missing, misspelt or odd-cased is UNKNOWN."""
    if status == RunStatus.QUEUED:
        return UxStatus.QUEUED
    if status == RunStatus.RUNNING:
        return UxStatus.RUNNING
    if status == RunStatus.COMPLETED:
        return _OF_OUTCOME.get(outcome, UxStatus.UNKNOWN)
    return UxStatus.UNKNOWN


def outcome_of(status: UxStatus) -> str | None:
    """The stored outcome of a completed run that reads as `status`; None for the other statuses."""
    return next((outcome for outcome, shown in _OF_OUTCOME.items() if shown is status), None)
