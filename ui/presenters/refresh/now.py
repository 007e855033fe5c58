"""How refreshing stands: an alarm if there is one, and the figures that say the most."""

from typing import TypedDict

from services.refresh_history.history import RefreshSnapshot
from services.refresh_history.point import point_of
from services.refresh_history.span import Span, answers, bytes_per_tick, sharing_ratio
from ui.presenters.locale import Locale
from ui.presenters.moment import time_of_day
from ui.presenters.quantity import number
from ui.presenters.refresh.amounts import brief_span, rate, ratio, volume


class TileView(TypedDict):
    """A figure with what it counts, and what it is made of."""

    key: str
    title: str
    figure: str
    text: str


class NowView(TypedDict):
    """`alarms` is empty while all is well; `quiet` is said then. `facts` are of the process."""

    label: str
    alarms: list[str]
    quiet: str
    empty: str
    tiles: list[TileView]
    process: str
    facts: list[tuple[str, str]]


def now_view(snapshot: RefreshSnapshot, locale: Locale) -> NowView:
    """The head of the page."""
    latest, hour = snapshot.latest, snapshot.hour
    return {
        "label": locale.say("How it stands"),
        "alarms": _alarms(snapshot, locale),
        "quiet": locale.say("Nothing has polled a finished record."),
        "empty": ""
        if latest
        else locale.say("Counting has begun. The first figures are here within ten seconds."),
        "tiles": [] if latest is None or hour is None else _tiles(latest, hour, locale),
        "process": locale.say("The process"),
        "facts": [] if latest is None else _facts(latest, locale),
    }


def whose(snapshot: RefreshSnapshot, locale: Locale) -> str:
    """Whose figures these are."""
    if snapshot.begun_at is None:
        return locale.say("Counted by the process that shows this page, over all workspaces.")
    return locale.say(
        "Counted by this process since {time}, over all workspaces. A restart begins anew; "
        "other web processes count for themselves.",
        time=time_of_day(snapshot.begun_at, snapshot.now, locale),
    )


def _alarms(snapshot: RefreshSnapshot, locale: Locale) -> list[str]:
    polls = snapshot.terminal_polls
    told = [_alarm(surface, count, locale) for surface, count in sorted((polls or {}).items())]
    if told and snapshot.begun_at is not None:
        since = time_of_day(snapshot.begun_at, snapshot.now, locale)
        told.append(locale.say("Counted since {time}.", time=since))
    if told and snapshot.polled_terminal_at is not None:
        last = time_of_day(snapshot.polled_terminal_at, snapshot.now, locale)
        told.append(locale.say("It last happened at {time}.", time=last))
    return told


def _alarm(surface: str, count: int, locale: Locale) -> str:
    match surface:
        case "run_detail":
            return locale.count(
                "{count} refresh read a run that had already finished.",
                "{count} refreshes read a run that had already finished.",
                count,
            )
        case "review_pack":
            return locale.count(
                "{count} refresh read a review pack that was already done with.",
                "{count} refreshes read a review pack that was already done with.",
                count,
            )
    return locale.count(
        "{count} refresh read a record that had already finished ({surface}).",
        "{count} refreshes read a record that had already finished ({surface}).",
        count,
        surface=surface,
    )


def _tiles(latest: Span, hour: Span, locale: Locale) -> list[TileView]:
    return [
        _pages(latest, locale),
        _ticks(latest, locale),
        _sharing(hour, locale),
        _sent(hour, locale),
    ]


def _pages(latest: Span, locale: Locale) -> TileView:
    point = point_of(latest)
    return {
        "key": "pages",
        "title": locale.say("Open now"),
        "figure": number(point.live + point.paused + point.at_rest, locale),
        "text": locale.say(
            "{live} live, {paused} paused, {resting} at rest",
            live=number(point.live, locale),
            paused=number(point.paused, locale),
            resting=number(point.at_rest, locale),
        ),
    }


def _ticks(latest: Span, locale: Locale) -> TileView:
    skipped = latest.rate("stillwatch_poll_skipped_total")
    changed = latest.rate("stillwatch_ui_updates_total")
    return {
        "key": "ticks",
        "title": locale.say("Refreshes a second"),
        "figure": rate(latest.rate("stillwatch_poll_ticks_total"), locale),
        "text": locale.say(
            "{changed} changed a page, {skipped} skipped",
            changed=rate(changed, locale),
            skipped=rate(skipped, locale),
        ),
    }


def _sharing(hour: Span, locale: Locale) -> TileView:
    statements = hour.total("stillwatch_snapshot_reads_total")
    return {
        "key": "sharing",
        "title": locale.say("Answers a statement"),
        "figure": ratio(sharing_ratio(hour), locale),
        "text": locale.say(
            "{answers} answers from {statements} statements in the last hour",
            answers=number(round(answers(hour)), locale),
            statements=number(round(statements), locale),
        ),
    }


def _sent(hour: Span, locale: Locale) -> TileView:
    return {
        "key": "sent",
        "title": locale.say("Sent for a refresh"),
        "figure": volume(bytes_per_tick(hour), locale),
        "text": locale.say(
            "{volume} in the last hour",
            volume=volume(hour.total("stillwatch_refresh_bytes_total"), locale),
        ),
    }


def _facts(latest: Span, locale: Locale) -> list[tuple[str, str]]:
    """Only what somebody measures."""
    point = point_of(latest)
    lag = latest.level("stillwatch_loop_lag_seconds")
    facts = [(locale.say("Loop lag"), brief_span(lag, locale))]
    if point.pause is not None:
        at_most = locale.say("up to {time}", time=brief_span(point.pause, locale))
        facts.append((locale.say("Longest pause in 10 s"), at_most))
    if point.collecting is not None:
        per_second = brief_span(point.collecting, locale)
        facts.append(
            (locale.say("Collecting garbage"), locale.say("{time} a second", time=per_second))
        )
    if point.memory is not None:
        facts.append((locale.say("Memory"), volume(point.memory, locale)))
    for name, label in (
        ("stillwatch_clients", locale.say("Browser pages")),
        ("stillwatch_gone_clients", locale.say("Gone, still in memory")),
        ("stillwatch_tasks", locale.say("Tasks")),
    ):
        if latest.level(name):
            facts.append((label, number(round(latest.level(name)), locale)))
    return facts
