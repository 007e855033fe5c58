"""The last hour as charts: a line for each thing that is counted, a point for each minute."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypedDict

from services.refresh_history.history import MINUTES, RefreshSnapshot, whole_minute
from services.refresh_history.point import Point
from ui.presenters.locale import Locale
from ui.presenters.moment import hour_and_minute
from ui.presenters.quantity import number

Value = float | None


class LineView(TypedDict):
    """One line, None where nothing was measured; `newest` is its last point in words."""

    name: str
    tone: str
    values: list[Value]
    newest: str


class HourView(TypedDict):
    """`summary` says in a sentence what the lines show; stacked ones are areas."""

    key: str
    title: str
    unit: str
    labels: list[str]
    lines: list[LineView]
    is_stacked: bool
    summary: str


class _Line(TypedDict):
    name: str
    tone: str
    of: Callable[[Point], Value]


def hour_views(snapshot: RefreshSnapshot, locale: Locale) -> list[HourView]:
    """All charts, also those that have nothing to show: they keep their places."""
    views = [
        _view("pages", locale.say("Open pages"), "", _page_lines(locale), snapshot, locale),
        _view(
            "sharing",
            locale.say("Reads against answers"),
            locale.say("a second"),
            _read_lines(locale),
            snapshot,
            locale,
        ),
        _view(
            "ticks",
            locale.say("Refreshes"),
            locale.say("a second"),
            _tick_lines(locale),
            snapshot,
            locale,
        ),
        _view(
            "sent",
            locale.say("Sent to pages"),
            locale.say("kB a second"),
            _sent_lines(locale),
            snapshot,
            locale,
        ),
        _view(
            "pauses",
            locale.say("Pauses of the process"),
            "ms",
            _pause_lines(locale),
            snapshot,
            locale,
        ),
        _view("memory", locale.say("Memory"), "MB", _memory_lines(locale), snapshot, locale),
    ]
    views[0]["is_stacked"] = True
    return views


def _page_lines(locale: Locale) -> list[_Line]:
    return [
        {"name": locale.say("live"), "tone": "active", "of": lambda point: point.live},
        {"name": locale.say("paused"), "tone": "waiting", "of": lambda point: point.paused},
        {"name": locale.say("at rest"), "tone": "quiet", "of": lambda point: point.at_rest},
    ]


def _read_lines(locale: Locale) -> list[_Line]:
    return [
        {"name": locale.say("answers"), "tone": "waiting", "of": lambda point: point.answers},
        {"name": locale.say("statements"), "tone": "active", "of": lambda point: point.statements},
    ]


def _tick_lines(locale: Locale) -> list[_Line]:
    return [
        {"name": locale.say("refreshes"), "tone": "active", "of": lambda point: point.ticks},
        {"name": locale.say("skipped"), "tone": "mixed", "of": lambda point: point.skipped},
    ]


def _sent_lines(locale: Locale) -> list[_Line]:
    return [{"name": locale.say("sent"), "tone": "active", "of": lambda point: point.sent / 1e3}]


def _pause_lines(locale: Locale) -> list[_Line]:
    return [
        {
            "name": locale.say("longest pause, at most"),
            "tone": "mixed",
            "of": lambda point: _times(point.pause, 1e3),
        },
        {
            "name": locale.say("collecting garbage, a second"),
            "tone": "waiting",
            "of": lambda point: _times(point.collecting, 1e3),
        },
    ]


def _memory_lines(locale: Locale) -> list[_Line]:
    return [
        {
            "name": locale.say("resident"),
            "tone": "waiting",
            "of": lambda point: _times(point.memory, 1e-6),
        }
    ]


def _view(
    key: str,
    title: str,
    unit: str,
    lines: Sequence[_Line],
    snapshot: RefreshSnapshot,
    locale: Locale,
) -> HourView:
    points = _by_minute(snapshot)
    told = [_line(line, points, locale) for line in lines]
    # What nobody measures has no line; what stood at zero all the time has one.
    told = [line for line in told if any(value is not None for value in line["values"])]
    return {
        "key": key,
        "title": title,
        "unit": unit,
        "labels": _labels(snapshot, locale) if told else [],
        "lines": told,
        "is_stacked": False,
        "summary": locale.say(
            "The last hour by the minute; in the newest one: {figures}",
            figures=", ".join(f"{line['newest']} {line['name']}" for line in told),
        ),
    }


def _line(line: _Line, points: Sequence[Point | None], locale: Locale) -> LineView:
    values = [None if point is None else _rounded(line["of"](point)) for point in points]
    newest = next((value for value in reversed(values) if value is not None), 0.0)
    return {
        "name": line["name"],
        "tone": line["tone"],
        "values": values,
        "newest": number(round(newest), locale)
        if float(newest).is_integer()
        else locale.decimal(newest),
    }


def _by_minute(snapshot: RefreshSnapshot) -> list[Point | None]:
    """A place for each minute of the hour, whether it was measured or not."""
    if not snapshot.points:
        return []
    found = {whole_minute(point.at): point for point in snapshot.points}
    last = whole_minute(snapshot.points[-1].at)
    return [found.get(last - timedelta(minutes=n)) for n in range(MINUTES - 1, -1, -1)]


def _labels(snapshot: RefreshSnapshot, locale: Locale) -> list[str]:
    last = whole_minute(snapshot.points[-1].at)
    minutes = (last - timedelta(minutes=n) for n in range(MINUTES - 1, -1, -1))
    return [hour_and_minute(minute, locale) for minute in minutes]


def _times(value: Value, factor: float) -> Value:
    return None if value is None else value * factor


def _rounded(value: Value) -> Value:
    """Three digits are all that a chart shows, and each costs a byte a minute and viewer."""
    if value is None:
        return None
    return round(value) if value >= 100 or float(value).is_integer() else float(f"{value:.3g}")
