"""One run as its page and its row show it."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from policy.status import UxStatus
from services.operation_options import CONTEXT_KEY
from services.related_runs import RelatedRun
from services.runs import MOST_NEW_RUNS, RunListSnapshot, RunSnapshot
from ui.presenters.counts import CountsView, counts_view
from ui.presenters.failures import FailuresView, failures_view
from ui.presenters.life import HeartbeatView, LifeView, is_outside, run_heartbeat, run_life
from ui.presenters.locale import Locale
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
    life: LifeView | None
    heartbeat: HeartbeatView | None


class RelatedView(TypedDict):
    """A link to another run; `utc` is the time in its text."""

    text: str
    href: str
    utc: str


class RowView(TypedDict):
    """A row of a list; `started_brief` is for a phone, `started_at` for machines.

    `gone` is set when the run has vanished.
    """

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
    started_at: str
    gone: bool


def run_summary(run: RunSnapshot, locale: Locale) -> SummaryView:
    """Status, progress and whose run it is."""
    return {
        "status": _status(run.ux_status, locale),
        "type": clipped(run.type, 80),
        "id": run.id,
        "counts": counts_view(run.summary_counts, locale),
        "elapsed": _elapsed(run, locale),
        "facts": [
            {"name": locale.say("Tenant"), "value": _tenant(run, locale)},
            {"name": locale.say("Started by"), "value": _starter(run, locale)},
            *_runner(run, locale),
            *_deliveries(run, locale),
        ],
        "note": _note(run, locale),
        "life": run_life(run, locale),
        "heartbeat": run_heartbeat(run),
    }


def run_failures(run: RunSnapshot, locale: Locale) -> FailuresView:
    """What went wrong, grouped."""
    return failures_view(run.failure_summary, locale)


def run_context(
    run: RunSnapshot, locale: Locale, labels: Mapping[str, str] = NO_LABELS
) -> list[tuple[str, str]]:
    """What the run was given, as names and readable values; `labels` are those of its options."""
    context = run.context
    if context is None or context == {}:
        return []
    if not isinstance(context, Mapping):
        return [(locale.say("context"), readable(context))]
    options = context.get(CONTEXT_KEY)
    if isinstance(options, Mapping):
        rest = {name: value for name, value in context.items() if name != CONTEXT_KEY}
        return [*option_facts(options, labels, locale), *_facts(rest, locale)]
    return _facts(context, locale)


def _facts(context: Mapping[Any, Any], locale: Locale) -> list[tuple[str, str]]:
    pairs = list(context.items())[:_MOST_FACTS]
    facts = [(clipped(name, 80), readable(value)) for name, value in pairs]
    more = len(context) - _MOST_FACTS
    if more <= 0:
        return facts
    return [*facts, ("…", locale.say("and {count} more", count=locale.number(more)))]


def run_related(related: Sequence[RelatedRun], locale: Locale) -> list[RelatedView]:
    """Links to the runs that this one retries or that retry this one."""
    return [
        {
            "text": _relation(run, locale),
            "href": f"/operations/{run.id}",
            "utc": in_utc(run.created_at),
        }
        for run in related
    ]


def _relation(run: RelatedRun, locale: Locale) -> str:
    status, at = locale.told(STATUS[run.status].within), date_time(run.created_at, locale)
    if run.is_retry:
        return locale.say(
            "Started again as run {id}, {status}, {time}", id=run.id, status=status, time=at
        )
    return locale.say("Starts again run {id}, {status}, {time}", id=run.id, status=status, time=at)


def run_row(run: RunSnapshot, locale: Locale) -> RowView:
    """A run as a row of a list."""
    counts = counts_view(run.summary_counts, locale)
    began = run.started_at or run.created_at
    return {
        "id": run.id,
        "status": _status(run.ux_status, locale),
        "type": clipped(run.type, 80),
        "tenant": _tenant(run, locale),
        "initiator": run.initiator_name or locale.told(SYSTEM),
        "progress": counts["short"],
        "percent": counts["percent"] if run.ux_status is UxStatus.RUNNING else None,
        "elapsed": _elapsed(run, locale),
        "started": short_date_time(began, run.now, locale),
        "started_brief": brief_time(began, run.now, locale),
        "started_utc": in_utc(began),
        "started_at": machine_time(began),
        "gone": False,
    }


def new_runs(snapshot: RunListSnapshot, locale: Locale) -> str:
    """How many runs are newer than the list, as far as that is known."""
    count = snapshot.new_runs
    if count < MOST_NEW_RUNS and snapshot.may_be_more:
        return locale.say("New runs")
    if count >= MOST_NEW_RUNS:
        return locale.say("{count} or more new runs", count=locale.number(MOST_NEW_RUNS))
    return locale.count("{count} new run", "{count} new runs", count)


def _status(status: UxStatus, locale: Locale) -> StatusView:
    words = STATUS[status].told(locale)
    return {"value": status.value, "word": words.word, "icon": words.icon, "tone": words.tone}


def _elapsed(run: RunSnapshot, locale: Locale) -> ElapsedView:
    """Seconds of the phase that counts, and whether the browser is to count on."""
    if run.ux_status is UxStatus.QUEUED:
        waited = seconds_between(run.created_at, run.now)
        return {"word": locale.say("waiting for"), "seconds": waited, "running": True}
    begin = run.started_at or run.created_at
    if run.ux_status is UxStatus.RUNNING:
        ran = seconds_between(begin, run.now)
        return {"word": locale.say("running for"), "seconds": ran, "running": True}
    took = seconds_between(begin, run.completed_at)
    return {"word": locale.say("took"), "seconds": took, "running": False}


def _tenant(run: RunSnapshot, locale: Locale) -> str:
    return run.tenant_name or locale.told(WHOLE_WORKSPACE)


def _starter(run: RunSnapshot, locale: Locale) -> str:
    if run.initiator_name is None and is_outside(run) and run.lease_owner:
        return clipped(run.lease_owner, 80)
    return run.initiator_name or locale.told(SYSTEM)


def _runner(run: RunSnapshot, locale: Locale) -> list[FactView]:
    if is_outside(run):
        if not run.lease_owner:
            value = locale.say("outside, as reported by another program")
        else:
            owner = clipped(run.lease_owner, 80)
            value = locale.say("outside, as reported by {name}", name=owner)
        return [{"name": locale.say("Where"), "value": value}]
    if run.ux_status is UxStatus.RUNNING and run.lease_owner:
        return [{"name": locale.say("Worker"), "value": clipped(run.lease_owner, 80)}]
    return []


def _deliveries(run: RunSnapshot, locale: Locale) -> list[FactView]:
    facts: list[FactView] = []
    if run.attempt > 1:
        facts.append({"name": locale.say("Attempt"), "value": str(run.attempt)})
    if run.deliveries > 1:
        facts.append({"name": locale.say("Deliveries"), "value": str(run.deliveries)})
    return facts


def run_cancellation(run: RunSnapshot, locale: Locale) -> str:
    """What cancelling the run means, for whoever is about to do it."""
    if run.ux_status is UxStatus.RUNNING and is_outside(run):
        return locale.say(
            "The program outside is asked to stop at its next heartbeat. What is done stays done."
        )
    return locale.say("What is done so far stays done; the rest is left undone.")


def _note(run: RunSnapshot, locale: Locale) -> str:
    if run.ux_status.is_active and run.cancel_requested_at is not None:
        if is_outside(run):
            return locale.say(
                "Cancelling: the program outside is asked to stop at its next heartbeat."
            )
        return locale.say("Cancelling: it stops as soon as its worker hears of it.")
    if run.ux_status is UxStatus.UNKNOWN:
        return locale.say(
            "Stored as {status} with {outcome} as its outcome.",
            status=_quoted(run.status, locale),
            outcome=_quoted(run.outcome, locale),
        )
    return ""


def _quoted(stored: Any, locale: Locale) -> str:
    if stored is None:
        return locale.say("nothing")
    return locale.say("“{text}”", text=clipped(stored, 60))
