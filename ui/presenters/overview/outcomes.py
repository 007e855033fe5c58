"""How runs have ended in a day and in a week: bars, totals, and the same in words."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypedDict

from policy.status import UxStatus
from services.overview.outcomes import Outcomes
from services.overview.reading import MOST_OF_DAY, MOST_OF_WEEK, WeekSnapshot
from services.overview.window import whole_hour
from ui.presenters import calendar
from ui.presenters.locale import Locale
from ui.presenters.quantity import number
from ui.presenters.run_links import DAY, WEEK, runs_href

# From the ground up; what is unknown is counted only where there is any.
_ORDER = (
    UxStatus.SUCCEEDED,
    UxStatus.PARTIAL,
    UxStatus.FAILED,
    UxStatus.CANCELLED,
    UxStatus.UNKNOWN,
)
_HOUR = timedelta(hours=1)
_DAYS = 7


class SeriesView(TypedDict):
    """One colour of the bars: how many runs there are in each of them."""

    status: str
    name: str
    tone: str
    counts: list[int]


class TotalView(TypedDict):
    """How many runs ended in one way, and where they are listed."""

    status: str
    word: str
    tone: str
    number: str
    href: str


class OutcomesView(TypedDict):
    """`summary` says in a sentence what the bars show; `note` what they leave out."""

    title: str
    since: str
    labels: list[str]
    series: list[SeriesView]
    totals: list[TotalView]
    summary: str
    note: str
    empty: str


def day_view(outcomes: Outcomes, now: datetime, locale: Locale) -> OutcomesView:
    """The last day by the hour."""
    first = whole_hour(outcomes.window.since)
    hours = [first + n * _HOUR for n in range((whole_hour(now) - first) // _HOUR + 1)]
    view = _view(outcomes, hours, lambda moment: moment, calendar.hour, DAY, locale)
    view["title"] = locale.say("Last day, by the hour")
    view["note"] = _cut(outcomes, MOST_OF_DAY, locale)
    return view


def week_view(week: WeekSnapshot, locale: Locale) -> OutcomesView:
    """The last seven days of the reader's zone, and today."""
    outcomes, zone = week.outcomes, locale.zone

    def day_of(moment: datetime) -> datetime:
        return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)

    today = day_of(week.now)
    days = [today - timedelta(days=n) for n in range(_DAYS, -1, -1)]
    if outcomes.window.is_cut:
        days = [day for day in days if day >= day_of(outcomes.window.since)]
    view = _view(outcomes, days, day_of, calendar.day, WEEK, locale)
    view["title"] = locale.say("Last week, by the day")
    as_of = calendar.hour(week.now, locale)
    view["since"] = locale.say("{since}, as of {moment}", since=view["since"], moment=as_of)
    view["note"] = _cut(outcomes, MOST_OF_WEEK, locale)
    return view


def _view(
    outcomes: Outcomes,
    buckets: Sequence[datetime],
    bucket_of: Callable[[datetime], datetime],
    label: Callable[[datetime, Locale], str],
    last: str,
    locale: Locale,
) -> OutcomesView:
    places = {bucket: place for place, bucket in enumerate(buckets)}
    counts = {status: [0] * len(buckets) for status in _ORDER}
    for hour in outcomes.hours:
        place = places.get(bucket_of(hour.hour))
        if place is not None:  # an end that lies ahead belongs to no bar
            counts[hour.status][place] += hour.count
    words = _words(locale)
    shown = [s for s in _ORDER if s is not UxStatus.UNKNOWN or any(counts[s])]
    totals = [_total(status, sum(counts[status]), words[status], last, locale) for status in shown]
    since = calendar.day_and_hour(max(buckets[0], outcomes.window.since), locale)
    return {
        "title": "",
        "since": locale.say("since {moment}", moment=since),
        "labels": [label(bucket, locale) for bucket in buckets],
        "series": [
            {
                "status": status.value,
                "name": words[status],
                "tone": _TONES[status],
                "counts": counts[status],
            }
            for status in shown
        ],
        "totals": totals,
        "summary": locale.say(
            "Runs that ended since {moment}: {totals}",
            moment=since,
            totals=", ".join(f"{t['number']} {t['word']}" for t in totals),
        ),
        "note": "",
        "empty": "" if any(map(any, counts.values())) else locale.say("Nothing has ended."),
    }


def _total(status: UxStatus, count: int, word: str, last: str, locale: Locale) -> TotalView:
    return {
        "status": status.value,
        "word": word,
        "tone": _TONES[status],
        "number": number(count, locale),
        "href": runs_href([status], last=last),
    }


def _cut(outcomes: Outcomes, most: int, locale: Locale) -> str:
    if not outcomes.window.is_cut:
        return ""
    return locale.say(
        "So many runs have ended that only the newest {most} are counted.",
        most=number(most, locale),
    )


_TONES = {
    UxStatus.SUCCEEDED: "good",
    UxStatus.PARTIAL: "mixed",
    UxStatus.FAILED: "bad",
    UxStatus.CANCELLED: "quiet",
    UxStatus.UNKNOWN: "waiting",
}


def _words(locale: Locale) -> dict[UxStatus, str]:
    return {
        UxStatus.SUCCEEDED: locale.say("succeeded"),
        UxStatus.PARTIAL: locale.say("partially succeeded"),
        UxStatus.FAILED: locale.say("failed"),
        UxStatus.CANCELLED: locale.say("cancelled"),
        UxStatus.UNKNOWN: locale.say("in an unknown state"),
    }
