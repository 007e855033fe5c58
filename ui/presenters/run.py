"""One run as its page and its row show it."""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from models.states import RunStatus
from policy.status import UxStatus, ux_status
from services.operation_options import CONTEXT_KEY
from services.runs import RunDetails, RunEventEntry, RunSnapshot
from ui.presenters.counts import CountsView, counts_view
from ui.presenters.failures import FailuresView, failures_view
from ui.presenters.moment import (
    brief_time,
    date_time,
    in_utc,
    machine_time,
    seconds_between,
    short_date_time,
)
from ui.presenters.options_form import option_facts
from ui.presenters.words import STATUS, SYSTEM, WHOLE_WORKSPACE, clipped, readable

NO_LABELS: Mapping[str, str] = {}

_MOST_FACTS = 40


class StatusView(TypedDict):
    """A status by word, icon and tone; `value` is what scripts read."""

    value: str
    word: str
    icon: str
    tone: str


class ElapsedView(TypedDict):
    """Seconds, None when unknown; `running` lets the browser count on."""

    word: str
    seconds: float | None
    running: bool


class FactView(TypedDict):
    """A name and what it is."""

    name: str
    value: str


class SummaryView(TypedDict):
    """The head of a run's page; `note` says what is unusual about it, or nothing."""

    status: StatusView
    type: str
    id: int
    counts: CountsView
    elapsed: ElapsedView
    facts: list[FactView]
    note: str


class PhaseView(TypedDict):
    """A phase: when it began, how long it took; `since` is ISO time for "5 min ago", or empty."""

    name: str
    tone: str
    at: str
    utc: str
    seconds: float | None
    running: bool
    since: str


class TimelineView(TypedDict):
    """The phases in their order, the zone of their times, and what is wrong with them."""

    phases: list[PhaseView]
    zone: str
    note: str


class RelatedView(TypedDict):
    """A link to another run."""

    text: str
    href: str


class EventView(TypedDict):
    """A line of the trail: when, and what happened in words."""

    at: str
    utc: str
    text: str


class RowView(TypedDict):
    """A row of a list; `started_brief` is for a phone, `gone` is set when the run has vanished."""

    id: int
    status: StatusView
    type: str
    tenant: str
    initiator: str
    progress: str
    percent: int | None
    elapsed: ElapsedView
    started: str
    started_brief: str
    started_utc: str
    gone: bool


def run_summary(run: RunSnapshot, zone: ZoneInfo) -> SummaryView:
    """Status, progress and whose run it is."""
    return {
        "status": _status(run.ux_status),
        "type": clipped(run.type, 80),
        "id": run.id,
        "counts": counts_view(run.summary_counts),
        "elapsed": _elapsed(run),
        "facts": [
            {"name": "Tenant", "value": run.tenant_name or WHOLE_WORKSPACE},
            {"name": "Started by", "value": run.initiator_name or SYSTEM},
            *_deliveries(run),
        ],
        "note": _note(run),
    }


def run_timeline(run: RunSnapshot, zone: ZoneInfo) -> TimelineView:
    """The phases with their times and durations."""
    status = run.ux_status
    is_queued, is_running = status is UxStatus.QUEUED, status is UxStatus.RUNNING
    queued_until = run.started_at or (run.now if is_queued else run.completed_at)
    running_until = run.completed_at or (run.now if is_running else None)
    phases = [_phase("Queued", run.created_at, queued_until, is_queued, zone)]
    if run.started_at is not None or is_running:
        phases.append(_phase("Running", run.started_at, running_until, is_running, zone))
    if run.completed_at is not None or status.is_terminal:
        phases.append(_ending(run, zone))
    return {"phases": phases, "zone": str(zone), "note": _disorder(run)}


def run_failures(run: RunSnapshot) -> FailuresView:
    """What went wrong, grouped."""
    return failures_view(run.failure_summary)


def run_context(run: RunSnapshot, labels: Mapping[str, str] = NO_LABELS) -> list[tuple[str, str]]:
    """What the run was given, as names and readable values; `labels` are those of its options."""
    context = run.context
    if context is None or context == {}:
        return []
    if not isinstance(context, Mapping):
        return [("context", readable(context))]
    options = context.get(CONTEXT_KEY)
    if isinstance(options, Mapping):
        rest = {name: value for name, value in context.items() if name != CONTEXT_KEY}
        return [*option_facts(options, labels), *_facts(rest)]
    return _facts(context)


def _facts(context: Mapping[Any, Any]) -> list[tuple[str, str]]:
    pairs = list(context.items())[:_MOST_FACTS]
    facts = [(clipped(name, 80), readable(value)) for name, value in pairs]
    more = len(context) - _MOST_FACTS
    return [*facts, ("…", f"and {more:,} more")] if more > 0 else facts


def run_related(details: RunDetails, zone: ZoneInfo) -> list[RelatedView]:
    """Links to the runs that this one retries or that retry this one."""
    return [
        {
            "text": f"{'Started again as' if run.is_retry else 'Starts again'} run {run.id}, "
            f"{STATUS[run.status].word.lower()}, {date_time(run.created_at, zone)}",
            "href": f"/operations/{run.id}",
        }
        for run in details.related
    ]


def run_events(details: RunDetails, zone: ZoneInfo) -> list[EventView]:
    """The audit trail in words, oldest first."""
    return [
        {"at": date_time(event.at, zone), "utc": in_utc(event.at), "text": _event(event)}
        for event in details.events
    ]


def run_row(run: RunSnapshot, zone: ZoneInfo) -> RowView:
    """A run as a row of a list."""
    counts = counts_view(run.summary_counts)
    began = run.started_at or run.created_at
    return {
        "id": run.id,
        "status": _status(run.ux_status),
        "type": clipped(run.type, 80),
        "tenant": run.tenant_name or WHOLE_WORKSPACE,
        "initiator": run.initiator_name or SYSTEM,
        "progress": counts["short"],
        "percent": counts["percent"] if run.ux_status is UxStatus.RUNNING else None,
        "elapsed": _elapsed(run),
        "started": short_date_time(began, run.now, zone),
        "started_brief": brief_time(began, run.now, zone),
        "started_utc": in_utc(began),
        "gone": False,
    }


def _event(event: RunEventEntry) -> str:
    name = event.action.removeprefix("run.")
    told = event.details if isinstance(event.details, Mapping) else {}
    if name == "claimed":
        return f"Taken by worker {clipped(told.get('owner') or 'unknown', 80)}"
    if name == "completed":
        return f"Completed: {_outcome(told.get('outcome'))}"
    if name == "requeued":
        return f"Queued again: {clipped(told.get('reason') or 'no reason given', 80)}"
    deed = clipped(name.replace("_", " ").replace(".", " "), 80) or "changed"
    return f"{deed[:1].upper()}{deed[1:]} by {event.actor_name or 'the system'}"


def _outcome(stored: Any) -> str:
    outcome = stored if isinstance(stored, str) else None
    return STATUS[ux_status(RunStatus.COMPLETED, outcome)].word.lower()


def _status(status: UxStatus) -> StatusView:
    words = STATUS[status]
    return {"value": status.value, "word": words.word, "icon": words.icon, "tone": words.tone}


def _elapsed(run: RunSnapshot) -> ElapsedView:
    """Seconds of the phase that counts, and whether the browser is to count on."""
    if run.ux_status is UxStatus.QUEUED:
        waited = seconds_between(run.created_at, run.now)
        return {"word": "waiting for", "seconds": waited, "running": True}
    begin = run.started_at or run.created_at
    if run.ux_status is UxStatus.RUNNING:
        ran = seconds_between(begin, run.now)
        return {"word": "running for", "seconds": ran, "running": True}
    took = seconds_between(begin, run.completed_at)
    return {"word": "took", "seconds": took, "running": False}


def _deliveries(run: RunSnapshot) -> list[FactView]:
    facts: list[FactView] = []
    if run.attempt > 1:
        facts.append({"name": "Attempt", "value": str(run.attempt)})
    if run.deliveries > 1:
        facts.append({"name": "Deliveries", "value": str(run.deliveries)})
    return facts


def _note(run: RunSnapshot) -> str:
    if run.ux_status.is_active and run.cancel_requested_at is not None:
        return "Cancelling: it stops as soon as its worker hears of it."
    if run.ux_status is UxStatus.UNKNOWN:
        return f"Stored as {_quoted(run.status)} with {_quoted(run.outcome)} as its outcome."
    return ""


def _quoted(stored: Any) -> str:
    return "nothing" if stored is None else f"“{clipped(stored, 60)}”"


def _phase(
    name: str, begin: datetime | None, end: datetime | None, is_running: bool, zone: ZoneInfo
) -> PhaseView:
    return {
        "name": name,
        "tone": "active" if is_running else "quiet",
        "at": date_time(begin, zone),
        "utc": in_utc(begin),
        "seconds": seconds_between(begin, end),
        "running": is_running,
        "since": "",
    }


def _ending(run: RunSnapshot, zone: ZoneInfo) -> PhaseView:
    words = STATUS[run.ux_status]
    # A run that is stored as active and as completed at once has not earned its status as an end.
    name = words.word if run.ux_status.is_terminal else "Finished"
    ending = _phase(name, run.completed_at, None, False, zone)
    return {**ending, "tone": words.tone, "since": machine_time(run.completed_at)}


def _disorder(run: RunSnapshot) -> str:
    known = [t for t in (run.created_at, run.started_at, run.completed_at) if t is not None]
    if any(later < earlier for earlier, later in pairwise(known)):
        return "The stored times are out of order, so some durations are unknown."
    if run.ux_status.is_terminal and run.completed_at is None:
        return "No time of its end was stored."
    return ""
