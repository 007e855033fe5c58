"""One run as its page and its row show it."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from policy.status import UxStatus
from services.operation_options import CONTEXT_KEY
from services.runs import RelatedRun, RunSnapshot
from ui.presenters.counts import CountsView, counts_view
from ui.presenters.failures import FailuresView, failures_view
from ui.presenters.life import HeartbeatView, LifeView, is_outside, run_heartbeat, run_life
from ui.presenters.moment import (
    brief_time,
    date_time,
    in_utc,
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
    life: LifeView | None
    heartbeat: HeartbeatView | None


class RelatedView(TypedDict):
    """A link to another run."""

    text: str
    href: str


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
            {"name": "Started by", "value": _starter(run)},
            *_runner(run),
            *_deliveries(run),
        ],
        "note": _note(run),
        "life": run_life(run, zone),
        "heartbeat": run_heartbeat(run),
    }


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


def run_related(related: Sequence[RelatedRun], zone: ZoneInfo) -> list[RelatedView]:
    """Links to the runs that this one retries or that retry this one."""
    return [
        {
            "text": f"{'Started again as' if run.is_retry else 'Starts again'} run {run.id}, "
            f"{STATUS[run.status].word.lower()}, {date_time(run.created_at, zone)}",
            "href": f"/operations/{run.id}",
        }
        for run in related
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


def _starter(run: RunSnapshot) -> str:
    if run.initiator_name is None and is_outside(run) and run.lease_owner:
        return clipped(run.lease_owner, 80)
    return run.initiator_name or SYSTEM


def _runner(run: RunSnapshot) -> list[FactView]:
    if is_outside(run):
        reporter = clipped(run.lease_owner, 80) if run.lease_owner else "another program"
        verb = "Runs" if run.ux_status.is_active else "Ran"
        return [{"name": verb, "value": f"outside, as reported by {reporter}"}]
    if run.ux_status is UxStatus.RUNNING and run.lease_owner:
        return [{"name": "Worker", "value": clipped(run.lease_owner, 80)}]
    return []


def _deliveries(run: RunSnapshot) -> list[FactView]:
    facts: list[FactView] = []
    if run.attempt > 1:
        facts.append({"name": "Attempt", "value": str(run.attempt)})
    if run.deliveries > 1:
        facts.append({"name": "Deliveries", "value": str(run.deliveries)})
    return facts


def run_cancellation(run: RunSnapshot) -> str:
    """What cancelling the run means, for whoever is about to do it."""
    if run.ux_status is UxStatus.RUNNING and is_outside(run):
        return (
            "The program outside is asked to stop at its next heartbeat. What is done stays done."
        )
    return "What is done so far stays done; the rest is left undone."


def _note(run: RunSnapshot) -> str:
    if run.ux_status.is_active and run.cancel_requested_at is not None:
        if is_outside(run):
            return "Cancelling: the program outside is asked to stop at its next heartbeat."
        return "Cancelling: it stops as soon as its worker hears of it."
    if run.ux_status is UxStatus.UNKNOWN:
        return f"Stored as {_quoted(run.status)} with {_quoted(run.outcome)} as its outcome."
    return ""


def _quoted(stored: Any) -> str:
    return "nothing" if stored is None else f"“{clipped(stored, 60)}”"
