"""A run's audit trail in words: what happened, who did it, and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from models.states import RunStatus
from policy.status import ux_status
from services.run_trail import RunEventEntry
from services.runs import RunSnapshot
from ui.presenters.counts import counts_view, whole_number
from ui.presenters.life import is_outside
from ui.presenters.words import STATUS, clipped

_NOBODY = "the system"


class Stage(Enum):
    """Where an event brings a run; what brings it nowhere is only noted."""

    QUEUED = auto()
    RUNNING = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Happening:
    """An event in words, and the stage that begins with it."""

    stage: Stage | None
    text: str
    is_request: bool = False


@dataclass(frozen=True, slots=True)
class _Told:
    """An event, what its details say, and who had the run when it happened."""

    run: RunSnapshot
    details: Mapping[Any, Any]
    by: str
    owner: str
    attempt: int | None


def happenings(run: RunSnapshot) -> list[Happening]:
    """The run's trail in words, entry by entry."""
    told: list[Happening] = []
    owner, attempt = "", None
    for event in run.trail.events:
        details = event.details if isinstance(event.details, Mapping) else {}
        name = event.action.removeprefix("run.")
        if name == "claimed":
            owner, attempt = _clip(details.get("owner")), whole_number(details.get("attempt"))
        told.append(_happening(name, _Told(run, details, _by(event, details), owner, attempt)))
    return told


def _happening(name: str, told: _Told) -> Happening:
    if name not in _EVENTS:
        deed = clipped(name.replace("_", " ").replace(".", " "), 80) or "changed"
        return Happening(None, f"{deed[:1].upper()}{deed[1:]} by {told.by}")
    stage, words = _EVENTS[name]
    return Happening(stage, words(told), is_request=name == "requested")


def _by(event: RunEventEntry, details: Mapping[Any, Any]) -> str:
    # A program has no account; it acts through a token, which has a name.
    token = details.get("via")
    via = _clip(token.get("name") if isinstance(token, Mapping) else token)
    if event.actor_name:
        return f"{event.actor_name} through {via}" if via else event.actor_name
    return via or _NOBODY


def _requested(told: _Told) -> str:
    again = whole_number(told.details.get("retry_of_id"))
    return f"Requested by {told.by}" + (f", to do run {again} again" if again else "")


def _claimed(told: _Told) -> str:
    if is_outside(told.run):
        return f"Begun outside, as reported by {told.owner or told.by}"
    attempt = f" (attempt {told.attempt})" if told.attempt and told.attempt > 1 else ""
    return f"Taken by worker {told.owner or 'unknown'}{attempt}"


def _retry_scheduled(told: _Told) -> str:
    which = "The attempt" if told.attempt is None else f"Attempt {told.attempt}"
    code, seconds = _clip(told.details.get("code")), whole_number(told.details.get("seconds"))
    wait = "" if seconds is None else f": next attempt in {_span(seconds)}"
    return f"{which} failed{f' ({code})' if code else ''}{wait}"


def _handed_back(told: _Told) -> str:
    return f"Handed back: {_reason(told)}"


def _rescued(told: _Told) -> str:
    owner = _clip(told.details.get("owner")) or told.owner
    return f"Taken back from {f'worker {owner}' if owner else 'its worker'}: {_reason(told)}"


def _cancel_requested(told: _Told) -> str:
    return f"Cancellation requested by {told.by}"


def _cancelled(told: _Told) -> str:
    return f"Cancelled by {told.by}"


def _lost_contact(told: _Told) -> str:
    return "Lost contact with the program outside"


def _completed(told: _Told) -> str:
    reason, code = _clip(told.details.get("reason")), _clip(told.details.get("code"))
    if reason == "crash loop":
        return "Gave up: crash loop"
    if reason:
        return f"Closed: {reason}"
    if is_outside(told.run):
        return f"Reported by {told.owner or told.by}" + (f": {code}" if code else "")
    ended = f"Ended by worker {told.owner}" if told.owner else f"Ended by {told.by}"
    return ended + (f": {code}" if code else "")


def _late_report(told: _Told) -> str:
    said = told.details.get("outcome")
    status = ux_status(RunStatus.COMPLETED, said if isinstance(said, str) else None)
    stored = told.details.get("summary_counts")
    counts = f", {counts_view(stored)['label']}" if stored else ""
    return f"Late report refused, kept as evidence: {STATUS[status].word.lower()}{counts}"


_EVENTS: dict[str, tuple[Stage | None, Callable[[_Told], str]]] = {
    "requested": (Stage.QUEUED, _requested),
    "claimed": (Stage.RUNNING, _claimed),
    "retry_scheduled": (Stage.QUEUED, _retry_scheduled),
    "handed_back": (Stage.QUEUED, _handed_back),
    "rescued": (Stage.QUEUED, _rescued),
    "cancel_requested": (None, _cancel_requested),
    "cancelled": (Stage.ENDED, _cancelled),
    "lost_contact": (Stage.ENDED, _lost_contact),
    "completed": (Stage.ENDED, _completed),
    "late_report": (None, _late_report),
}


def _reason(told: _Told) -> str:
    return _clip(told.details.get("reason")) or "no reason given"


def _span(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    return f"{round(seconds / 60)} min" if seconds < 7200 else f"{round(seconds / 3600)} h"


def _clip(stored: Any) -> str:
    return clipped(stored, 80) if stored else ""
