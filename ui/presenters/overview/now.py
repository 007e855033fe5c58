"""What runs now and what waits, as two tiles."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from policy.status import UxStatus
from services.overview.activity import MOST_ACTIVE, MOST_LONGEST, Activity, RunningRun
from services.overview.reading import OverviewSnapshot
from services.tenants import TenantRef
from ui.presenters.locale import Locale
from ui.presenters.moment import seconds_between
from ui.presenters.quantity import at_most
from ui.presenters.run_links import run_href, runs_href
from ui.presenters.words import clipped

_MOST_NAMES = 5


class RunningView(TypedDict):
    """A run at work; `seconds` count on in the browser, None when unknown."""

    id: int
    type: str
    tenant: str
    seconds: float | None
    href: str


class TileView(TypedDict):
    """A number that leads to the runs it counts."""

    title: str
    number: str
    href: str


class WaitView(TypedDict):
    """For how long the oldest has waited; `seconds` count on in the browser."""

    label: str
    seconds: float


class NowView(TypedDict):
    """`more` and the notes are empty where there is nothing to be said."""

    running: TileView
    rows: list[RunningView]
    more: str
    idle: str
    queue: TileView
    wait: WaitView | None
    notes: list[str]
    alarm: str
    empty: str


def now_view(activity: Activity, now: datetime, locale: Locale) -> NowView:
    """The tiles as of `now`."""
    more = activity.running - len(activity.longest)
    return {
        "running": {
            "title": locale.say("Running now"),
            "number": at_most(activity.running, MOST_ACTIVE, locale),
            "href": runs_href([UxStatus.RUNNING]),
        },
        "rows": [_running(run, now, locale) for run in activity.longest],
        "more": _more(more, locale) if len(activity.longest) == MOST_LONGEST else "",
        "idle": "" if activity.running else locale.say("Nothing is running at the moment."),
        "queue": {
            "title": locale.say("Waiting in the queue"),
            "number": at_most(activity.queued, MOST_ACTIVE, locale),
            "href": runs_href([UxStatus.QUEUED]),
        },
        "wait": _wait(activity, now, locale),
        "notes": _notes(activity, locale),
        "alarm": locale.say("No worker is running.") if activity.is_abandoned else "",
        "empty": "" if activity.queued else locale.say("Nothing waits."),
    }


def newcomer_words(overview: OverviewSnapshot, locale: Locale) -> str:
    """What a page says on which nothing is to be seen yet; empty on any other."""
    week = overview.week
    if not overview.activity.is_idle or overview.day.total or (week and week.outcomes.total):
        return ""
    return locale.say(
        "Nothing has run here in the last week. As soon as something does, this page shows it by "
        "itself."
    )


def whose(tenants: Sequence[TenantRef] | None, locale: Locale) -> str:
    """Whose runs all the numbers count: those of `tenants`, or None for everybody's."""
    if tenants is None:
        return locale.say("The whole workspace")
    names = ", ".join(clipped(tenant.name, 60) for tenant in tenants[:_MOST_NAMES])
    hidden = len(tenants) - _MOST_NAMES
    if hidden > 0:
        names = locale.count(
            "{names} and {count} more", "{names} and {count} more", hidden, names=names
        )
    return locale.say("Only what belongs to {tenants}", tenants=names)


def _running(run: RunningRun, now: datetime, locale: Locale) -> RunningView:
    return {
        "id": run.id,
        "type": clipped(run.type, 80),
        "tenant": clipped(run.tenant_name, 80)
        if run.tenant_name
        else locale.say("Whole workspace"),
        "seconds": seconds_between(run.since, now),
        "href": run_href(run.id),
    }


def _more(count: int, locale: Locale) -> str:
    if count <= 0:
        return ""
    shown = at_most(count, MOST_ACTIVE - MOST_LONGEST, locale)
    return locale.count(
        "and {shown} that began later", "and {shown} that began later", count, shown=shown
    )


def _wait(activity: Activity, now: datetime, locale: Locale) -> WaitView | None:
    seconds = seconds_between(activity.oldest_since, now)
    if not activity.queued or seconds is None:
        return None
    return {"label": locale.say("The oldest has waited for"), "seconds": seconds}


def _notes(activity: Activity, locale: Locale) -> list[str]:
    if not activity.put_off:
        return []
    shown = at_most(activity.put_off, MOST_ACTIVE, locale)
    return [
        locale.count(
            "{shown} is not due yet", "{shown} are not due yet", activity.put_off, shown=shown
        )
    ]
