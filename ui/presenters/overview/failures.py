"""What failed in the last day: each kind once, whom it hit, and who knows of it."""

from datetime import datetime
from typing import TypedDict

from policy.failure_state import FailureState
from services.overview.acknowledgements import Acknowledgement
from services.overview.failures import AffectedTenant, FailureGroup, Failures
from ui.presenters import calendar
from ui.presenters.locale import Locale
from ui.presenters.moment import in_utc, machine_time, time_of_day
from ui.presenters.quantity import number
from ui.presenters.run_links import DAY, run_href, runs_href
from ui.presenters.words import clipped

_MOST_GROUPS = 20
_MOST_TENANTS = 6


class TenantView(TypedDict):
    """A tenant that was hit; `is_over` when a later run has succeeded there, as `title` says."""

    text: str
    title: str
    href: str
    is_over: bool


class GroupView(TypedDict):
    """A kind of failure; empty texts are not shown. `act` is what can be done about it."""

    fingerprint: str
    state: str
    word: str
    icon: str
    tone: str
    code: str
    type: str
    message: str
    runs: str
    href: str
    tenants: list[TenantView]
    more_tenants: str
    last: str
    last_at: str
    last_href: str
    known: str
    known_utc: str
    note: str
    act: str
    act_word: str
    act_label: str


class FailuresView(TypedDict):
    """Trouble first; what is over stands apart under `cleared_title`. `said` is for those who
    hear the page."""

    title: str
    groups: list[GroupView]
    cleared: list[GroupView]
    cleared_title: str
    more: str
    empty: str
    note: str
    said: str


def failures_view(
    failures: Failures, now: datetime, locale: Locale, *, may_acknowledge: bool
) -> FailuresView:
    """The groups as of `now`; with `may_acknowledge`, what can be said of them is offered."""
    trouble = [g for g in failures.groups if g.state is not FailureState.CLEARED]
    over = [g for g in failures.groups if g.state is FailureState.CLEARED]
    hidden = max(0, len(trouble) - _MOST_GROUPS)

    def view(group: FailureGroup) -> GroupView:
        return _group(group, now, locale, may_acknowledge=may_acknowledge)

    return {
        "title": locale.say("Failures of the last day"),
        "groups": [view(group) for group in trouble[:_MOST_GROUPS]],
        "cleared": [view(group) for group in over[:_MOST_GROUPS]],
        "cleared_title": locale.count(
            "{count} kind of failure is over: a later run has succeeded",
            "{count} kinds of failure are over: a later run has succeeded",
            len(over),
        )
        if over
        else "",
        "more": locale.count("and {count} more kind", "and {count} more kinds", hidden)
        if hidden
        else "",
        "empty": "" if trouble else _nothing(failures, locale),
        "note": _cut(failures, locale),
        "said": _said(failures, locale),
    }


def kind_of(group: FailureGroup) -> str:
    """A kind of failure in few words, for a question about it."""
    return f"{clipped(group.code, 60)} · {clipped(group.type, 60)}"


def _group(
    group: FailureGroup, now: datetime, locale: Locale, *, may_acknowledge: bool
) -> GroupView:
    word, icon, tone = _state(group.state, locale)
    act, act_word, act_label = _act(group, locale) if may_acknowledge else ("", "", "")
    shown, hidden = group.tenants[:_MOST_TENANTS], len(group.tenants) - _MOST_TENANTS
    known = group.acknowledgement
    return {
        "fingerprint": group.fingerprint,
        "state": group.state.value,
        "word": word,
        "icon": icon,
        "tone": tone,
        "code": clipped(group.code, 80),
        "type": clipped(group.type, 80),
        "message": clipped(group.message),
        "runs": _runs(group.runs, locale),
        "href": runs_href(group.statuses, type_=group.type, last=DAY),
        "tenants": [_tenant(tenant, group, locale) for tenant in shown],
        "more_tenants": locale.count("and {count} more tenant", "and {count} more tenants", hidden)
        if hidden > 0
        else "",
        "last": locale.say("Run {id}", id=group.last_run_id),
        "last_at": machine_time(group.last_at),
        "last_href": run_href(group.last_run_id),
        "known": "" if known is None else _known(known, now, locale),
        "known_utc": "" if known is None else in_utc(known.at),
        "note": "" if known is None else clipped(known.note, 500),
        "act": act,
        "act_word": act_word,
        "act_label": act_label,
    }


def _state(state: FailureState, locale: Locale) -> tuple[str, str, str]:
    if state is FailureState.OPEN:
        return locale.say("Failing"), "error", "bad"
    if state is FailureState.ACKNOWLEDGED:
        return locale.say("Acknowledged"), "visibility", "mixed"
    return locale.say("Over"), "check_circle", "quiet"


def _act(group: FailureGroup, locale: Locale) -> tuple[str, str, str]:
    kind = kind_of(group)
    if group.state is FailureState.OPEN:
        label = locale.say("Acknowledge {kind}", kind=kind)
        return "acknowledge", locale.say("Acknowledge"), label
    if group.acknowledgement is not None:
        label = locale.say("Withdraw the acknowledgement of {kind}", kind=kind)
        return "withdraw", locale.say("Withdraw"), label
    return "", "", ""


def _tenant(tenant: AffectedTenant, group: FailureGroup, locale: Locale) -> TenantView:
    name = clipped(tenant.name, 60) if tenant.id is not None else locale.say("Whole workspace")
    is_over = group.state is not FailureState.CLEARED and not tenant.standing.is_open
    return {
        "text": f"{name} × {number(tenant.runs, locale)}",
        "title": locale.say("A later run has succeeded there.") if is_over else "",
        "href": runs_href(group.statuses, type_=group.type, tenant=tenant.slug, last=DAY)
        if tenant.slug
        else "",
        "is_over": is_over,
    }


def _runs(count: int, locale: Locale) -> str:
    shown = number(count, locale)
    return locale.count("{shown} run", "{shown} runs", count, shown=shown)


def _known(known: Acknowledgement, now: datetime, locale: Locale) -> str:
    at = "" if known.at is None else time_of_day(known.at, now, locale)
    by = clipped(known.by, 80) if known.by else locale.say("somebody")
    return locale.say("Acknowledged by {who}, {moment}", who=by, moment=at)


def _said(failures: Failures, locale: Locale) -> str:
    """What is worth interrupting somebody for: how much trouble nobody knows of."""
    count = sum(group.state is FailureState.OPEN for group in failures.groups)
    return locale.count(
        "{count} kind of failure is not acknowledged",
        "{count} kinds of failure are not acknowledged",
        count,
    )


def _nothing(failures: Failures, locale: Locale) -> str:
    if failures.groups:
        return locale.say("Nothing is failing: all that did has succeeded since.")
    return locale.say("Nothing has failed in the last day.")


def _cut(failures: Failures, locale: Locale) -> str:
    if not failures.is_cut:
        return ""
    return locale.say(
        "There are too many to group them all: these are of the runs that ended since {moment}.",
        moment=calendar.day_and_hour(failures.since, locale),
    )
