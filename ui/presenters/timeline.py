"""How a run got to where it is: its phases with their durations, and what happened in them.

One list, made of the trail. Programs that write runs leave none, so whatever the columns know and
the trail does not is added.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import TypedDict

from policy.status import UxStatus
from services.runs import RunSnapshot
from ui.presenters.locale import Locale
from ui.presenters.moment import in_utc, machine_time, seconds_between, time_after
from ui.presenters.trail import Stage, happenings
from ui.presenters.words import STATUS


class EntryView(TypedDict):
    """A line: the phase that begins with it or an empty text, what happened, when, how long.

    `iso` is the time for machines; `running` lets the browser count on; `since` is ISO time for
    "5 min ago", or empty.
    """

    phase: str
    tone: str
    text: str
    at: str
    utc: str
    iso: str
    seconds: float | None
    running: bool
    since: str


class TimelineView(TypedDict):
    """The entries, oldest first, in which zone their times are, and what is wrong with them."""

    entries: list[EntryView]
    zone: str
    note: str


@dataclass(frozen=True, slots=True)
class _Moment:
    stage: Stage | None
    at: datetime | None
    text: str = ""


_ACTIVE = {UxStatus.QUEUED: Stage.QUEUED, UxStatus.RUNNING: Stage.RUNNING}


def run_timeline(run: RunSnapshot, locale: Locale) -> TimelineView:
    """The phases of the run and the events in them."""
    moments = _moments(run, locale)
    begins = [moment for moment in moments if moment.stage is not None]
    ends = {id(begun): ended.at for begun, ended in pairwise(begins)}
    entries, before = [], None
    for moment in moments:
        is_last = bool(begins) and moment is begins[-1]
        end = run.now if is_last and _is_active(run, moment) else ends.get(id(moment))
        entries.append(
            _entry(run, moment, end, is_last, time_after(moment.at, before, locale), locale)
        )
        before = moment.at or before
    return {
        "entries": entries,
        "zone": locale.say("times in {zone}", zone=locale.zone),
        "note": _disorder(run, locale),
    }


def _moments(run: RunSnapshot, locale: Locale) -> list[_Moment]:
    told = happenings(run, locale)
    trail = [
        _Moment(what.stage, entry.at, what.text)
        for what, entry in zip(told, run.trail.events, strict=True)
    ]
    if any(what.is_request for what in told):
        first = next(n for n, what in enumerate(told) if what.is_request)
        trail[first] = _at(trail[first], run.created_at)
    else:
        if run.trail.earlier:
            earlier = locale.number(run.trail.earlier)
            trail.insert(0, _Moment(None, None, locale.say("and {count} earlier", count=earlier)))
        trail.insert(0, _Moment(Stage.QUEUED, run.created_at))
    return _completed(run, trail)


def _completed(run: RunSnapshot, trail: list[_Moment]) -> list[_Moment]:
    """`trail` with the times of the columns, and the phases that only they know of."""
    is_begun_by_others = (
        run.started_at is not None
        and not any(moment.stage is Stage.RUNNING for moment in trail)
        and _last(trail) is not Stage.ENDED
    )
    if is_begun_by_others or run.ux_status is UxStatus.RUNNING:
        trail = _leading_to(trail, Stage.RUNNING, run.started_at)
    if run.completed_at is not None or run.ux_status.is_terminal:
        trail = _leading_to(trail, Stage.ENDED, run.completed_at)
    return trail


def _leading_to(trail: list[_Moment], stage: Stage, at: datetime | None) -> list[_Moment]:
    """`trail`, whose last phase is `stage`, begun at the time that the columns know."""
    if _last(trail) is not stage:
        place = len(trail)
        while at is not None and _is_noted_after(trail[place - 1], at):
            place -= 1
        return [*trail[:place], _Moment(stage, at), *trail[place:]]
    last = max(n for n, moment in enumerate(trail) if moment.stage is stage)
    return [*trail[:last], _at(trail[last], at), *trail[last + 1 :]]


def _entry(
    run: RunSnapshot, moment: _Moment, end: datetime | None, is_last: bool, at: str, locale: Locale
) -> EntryView:
    is_running = is_last and _is_active(run, moment)
    is_end = moment.stage is Stage.ENDED
    return {
        "phase": _name(run, moment.stage, locale),
        "tone": STATUS[run.ux_status].tone if is_running or is_end else "quiet",
        "text": moment.text,
        "at": at if moment.at is not None or moment.stage is not None else "",
        "utc": in_utc(moment.at),
        "iso": machine_time(moment.at),
        "seconds": None if is_end or moment.stage is None else seconds_between(moment.at, end),
        "running": is_running,
        "since": machine_time(moment.at) if is_end else "",
    }


def _name(run: RunSnapshot, stage: Stage | None, locale: Locale) -> str:
    if stage is None:
        return ""
    if stage is Stage.ENDED:
        # A run that is stored as active and as completed has not earned its status as an end.
        is_end = run.ux_status.is_terminal
        return locale.told(STATUS[run.ux_status].word) if is_end else locale.say("Finished")
    return locale.say("Queued" if stage is Stage.QUEUED else "Running")


def _is_active(run: RunSnapshot, moment: _Moment) -> bool:
    return moment.stage is not None and _ACTIVE.get(run.ux_status) is moment.stage


def _at(moment: _Moment, at: datetime | None) -> _Moment:
    return moment if at is None else replace(moment, at=at)


def _is_noted_after(moment: _Moment, at: datetime) -> bool:
    return moment.stage is None and moment.at is not None and moment.at > at


def _last(moments: Sequence[_Moment]) -> Stage | None:
    return next((moment.stage for moment in reversed(moments) if moment.stage is not None), None)


def _disorder(run: RunSnapshot, locale: Locale) -> str:
    known = [t for t in (run.created_at, run.started_at, run.completed_at) if t is not None]
    if any(later < earlier for earlier, later in pairwise(known)):
        return locale.say("The stored times are out of order, so some durations are unknown.")
    if run.ux_status.is_terminal and run.completed_at is None:
        return locale.say("No time of its end was stored.")
    return ""
