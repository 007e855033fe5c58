"""One run as its page and its row show it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from policy.status import UxStatus
from services.runs import RunDetails, RunSnapshot
from ui.presenters.counts import counts_view, progress_text
from ui.presenters.failures import failures_view
from ui.presenters.moment import date_time, in_utc, seconds_between, short_date_time
from ui.presenters.words import STATUS, SYSTEM, WHOLE_WORKSPACE, clipped

View = dict[str, Any]

_MOST_FACTS = 40


def run_summary(run: RunSnapshot, zone: ZoneInfo) -> View:
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


def run_timeline(run: RunSnapshot, zone: ZoneInfo) -> View:
    """The phases with their times and durations."""
    phases = [
        _phase("Queued", run.created_at, seconds_between(run.created_at, run.started_at), zone)
    ]
    if run.started_at is not None:
        seconds = seconds_between(run.started_at, run.completed_at)
        phases.append(_phase("Running", run.started_at, seconds, zone))
    if run.completed_at is not None:
        phases.append(_phase(STATUS[run.ux_status].word, run.completed_at, None, zone))
    return {"phases": phases, "zone": str(zone)}


def run_failures(run: RunSnapshot) -> View:
    """What went wrong, grouped."""
    return dict(failures_view(run.failure_summary))


def run_context(run: RunSnapshot) -> list[tuple[str, str]]:
    """What the run was given, as names and readable values."""
    context = run.context
    if context is None or context == {}:
        return []
    if not isinstance(context, Mapping):
        return [("context", clipped(context, 500))]
    pairs = list(context.items())[:_MOST_FACTS]
    return [(clipped(name, 80), _readable(value)) for name, value in pairs]


def run_related(details: RunDetails, zone: ZoneInfo) -> list[dict[str, str]]:
    """Links to the runs that this one retries or that retry this one."""
    return [
        {
            "text": f"{'Started again as' if run.is_retry else 'Starts again'} run {run.id}, "
            f"{STATUS[run.status].word.lower()}, {date_time(run.created_at, zone)}",
            "href": f"/operations/{run.id}",
        }
        for run in details.related
    ]


def run_row(run: RunSnapshot, zone: ZoneInfo) -> View:
    """A run as a row of a list."""
    return {
        "id": run.id,
        "status": _status(run.ux_status),
        "type": clipped(run.type, 80),
        "tenant": run.tenant_name or WHOLE_WORKSPACE,
        "initiator": run.initiator_name or SYSTEM,
        "progress": progress_text(run.summary_counts),
        "elapsed": _elapsed(run),
        "started": short_date_time(run.started_at or run.created_at, run.now, zone),
        "started_utc": in_utc(run.started_at or run.created_at),
        "gone": False,
    }


def _status(status: UxStatus) -> View:
    words = STATUS[status]
    return {"value": status.value, "word": words.word, "icon": words.icon, "tone": words.tone}


def _elapsed(run: RunSnapshot) -> View:
    """Seconds of the phase that counts, and whether the browser is to count on."""
    if run.ux_status is UxStatus.QUEUED:
        return {"seconds": seconds_between(run.created_at, run.now), "running": True}
    begin = run.started_at or run.created_at
    if run.ux_status is UxStatus.RUNNING:
        return {"seconds": seconds_between(begin, run.now), "running": True}
    return {"seconds": seconds_between(begin, run.completed_at), "running": False}


def _deliveries(run: RunSnapshot) -> list[View]:
    facts = []
    if run.attempt > 1:
        facts.append({"name": "Attempt", "value": str(run.attempt)})
    if run.deliveries > 1:
        facts.append({"name": "Deliveries", "value": str(run.deliveries)})
    return facts


def _note(run: RunSnapshot) -> str:
    if run.ux_status.is_active and run.cancel_requested_at is not None:
        return "Cancelling: it stops as soon as its worker hears of it."
    if run.ux_status is UxStatus.UNKNOWN:
        return f"Stored as {clipped(run.status, 60)!r} with outcome {clipped(run.outcome, 60)!r}."
    return ""


def _phase(name: str, at: datetime | None, seconds: float | None, zone: ZoneInfo) -> View:
    return {"name": name, "at": date_time(at, zone), "utc": in_utc(at), "seconds": seconds}


def _readable(value: Any) -> str:
    if isinstance(value, str):
        return clipped(value, 500)
    return clipped(json.dumps(value, ensure_ascii=False, default=str), 500)
