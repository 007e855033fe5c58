"""A run's audit trail in words: what happened, who did it, and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from models.states import BulkAction, RunStatus
from policy.status import ux_status
from services.run_trail import RunEventEntry
from services.runs import RunSnapshot
from ui.presenters.counts import counts_view, whole_number
from ui.presenters.life import is_outside
from ui.presenters.locale import Locale
from ui.presenters.words import STATUS, clipped


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
    locale: Locale

    @property
    def say(self) -> Callable[..., str]:
        return self.locale.say


def happenings(run: RunSnapshot, locale: Locale) -> list[Happening]:
    """The run's trail in words, entry by entry."""
    told: list[Happening] = []
    owner, attempt = "", None
    for event in run.trail.events:
        details = event.details if isinstance(event.details, Mapping) else {}
        name = event.action.removeprefix("run.")
        if name == "claimed":
            owner, attempt = _clip(details.get("owner")), whole_number(details.get("attempt"))
        by = _by(event, details, locale)
        told.append(_happening(name, _Told(run, details, by, owner, attempt, locale)))
    return told


def _happening(name: str, told: _Told) -> Happening:
    if name not in _EVENTS:
        deed = clipped(name.replace("_", " ").replace(".", " "), 80) or told.say("changed")
        deed = f"{deed[:1].upper()}{deed[1:]}"
        return Happening(None, told.say("{deed} by {who}", deed=deed, who=told.by))
    stage, words = _EVENTS[name]
    return Happening(stage, words(told), is_request=name == "requested")


def _by(event: RunEventEntry, details: Mapping[Any, Any], locale: Locale) -> str:
    # A program has no account; it acts through a token, which has a name.
    token = details.get("via")
    via = _clip(token.get("name") if isinstance(token, Mapping) else token)
    if event.actor_name and via:
        return locale.say("{who} through {token}", who=event.actor_name, token=via)
    return event.actor_name or via or locale.say("the system")


def _requested(told: _Told) -> str:
    again = whole_number(told.details.get("retry_of_id"))
    if again:
        return told.say("Requested by {who}, to do run {id} again", who=told.by, id=again)
    return told.say("Requested by {who}", who=told.by)


def _bulk_requested(told: _Told) -> str:
    chosen = told.details.get("runs")
    count = len(chosen) if isinstance(chosen, list) else 0
    if told.details.get("action") == BulkAction.RETRY:
        return told.locale.count(
            "{count} run chosen to be started again",
            "{count} runs chosen to be started again",
            count,
        )
    return told.locale.count(
        "{count} run chosen to be cancelled", "{count} runs chosen to be cancelled", count
    )


def _claimed(told: _Told) -> str:
    if is_outside(told.run):
        return told.say("Begun outside, as reported by {who}", who=told.owner or told.by)
    worker = told.owner or told.say("unknown")
    if told.attempt and told.attempt > 1:
        return told.say(
            "Taken by worker {name} (attempt {number})", name=worker, number=told.attempt
        )
    return told.say("Taken by worker {name}", name=worker)


def _retry_scheduled(told: _Told) -> str:
    code, seconds = _clip(told.details.get("code")), whole_number(told.details.get("seconds"))
    which = told.say("The attempt failed")
    if told.attempt is not None:
        which = told.say("Attempt {number} failed", number=told.attempt)
    which = f"{which} ({code})" if code else which
    if seconds is None:
        return which
    wait = _span(seconds, told.locale)
    return told.say("{what}: next attempt in {time}", what=which, time=wait)


def _handed_back(told: _Told) -> str:
    return told.say("Handed back: {reason}", reason=_reason(told))


def _rescued(told: _Told) -> str:
    owner = _clip(told.details.get("owner")) or told.owner
    if owner:
        return told.say("Taken back from worker {name}: {reason}", name=owner, reason=_reason(told))
    return told.say("Taken back from its worker: {reason}", reason=_reason(told))


def _cancel_requested(told: _Told) -> str:
    return told.say("Cancellation requested by {who}", who=told.by)


def _cancelled(told: _Told) -> str:
    return told.say("Cancelled by {who}", who=told.by)


def _lost_contact(told: _Told) -> str:
    return told.say("Lost contact with the program outside")


def _completed(told: _Told) -> str:
    reason, code = _clip(told.details.get("reason")), _clip(told.details.get("code"))
    if reason == "crash loop":
        return told.say("Gave up: crash loop")
    if reason:
        return told.say("Closed: {reason}", reason=told.locale.told(reason))
    ended = _ended(told)
    return f"{ended}: {code}" if code else ended


def _ended(told: _Told) -> str:
    if is_outside(told.run):
        return told.say("Reported by {who}", who=told.owner or told.by)
    if told.owner:
        return told.say("Ended by worker {name}", name=told.owner)
    return told.say("Ended by {who}", who=told.by)


def _late_report(told: _Told) -> str:
    outcome = told.details.get("outcome")
    status = ux_status(RunStatus.COMPLETED, outcome if isinstance(outcome, str) else None)
    stored = told.details.get("summary_counts")
    counts = f", {counts_view(stored, told.locale)['label']}" if stored else ""
    within = told.locale.told(STATUS[status].within)
    return told.say("Late report refused, kept as evidence: {status}", status=within) + counts


_EVENTS: dict[str, tuple[Stage | None, Callable[[_Told], str]]] = {
    "requested": (Stage.QUEUED, _requested),
    "bulk_requested": (None, _bulk_requested),
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
    reason = _clip(told.details.get("reason"))
    return told.locale.told(reason) if reason else told.say("no reason given")


def _span(seconds: int, locale: Locale) -> str:
    if seconds < 120:
        return locale.say("{count} s", count=seconds)
    if seconds < 7200:
        return locale.say("{count} min", count=round(seconds / 60))
    return locale.say("{count} h", count=round(seconds / 3600))


def _clip(stored: Any) -> str:
    return clipped(stored, 80) if stored else ""
