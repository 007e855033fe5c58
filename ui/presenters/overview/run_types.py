"""The types of runs that stand out: those that fail most, and the slowest."""

from collections.abc import Sequence
from typing import TypedDict

from policy.status import UxStatus
from services.overview.reading import WeekSnapshot
from services.overview.run_types import TypeFigures
from ui.presenters import calendar
from ui.presenters.locale import Locale
from ui.presenters.moment import in_utc
from ui.presenters.quantity import number, share, span
from ui.presenters.run_links import WEEK, runs_href
from ui.presenters.words import clipped

_SHOWN = 5


class TypeView(TypedDict):
    """A type with its figure in words; `percent` is the length of its bar."""

    type: str
    href: str
    figure: str
    detail: str
    percent: int


class RankingView(TypedDict):
    """Some types in an order; `empty` when there are none."""

    title: str
    tone: str
    rows: list[TypeView]
    empty: str


class TypesView(TypedDict):
    """Both rankings, and as of when."""

    title: str
    as_of: str
    as_of_utc: str
    rankings: list[RankingView]


def types_view(week: WeekSnapshot, locale: Locale) -> TypesView:
    """What stands out among the types of the last week."""
    at = calendar.hour(week.now, locale)
    return {
        "title": locale.say("Types of the last week"),
        "as_of": locale.say("as of {moment}", moment=at),
        "as_of_utc": in_utc(week.now),
        "rankings": [_most_failing(week.types, locale), _slowest(week.types, locale)],
    }


def _most_failing(types: Sequence[TypeFigures], locale: Locale) -> RankingView:
    failing = sorted((t for t in types if t.failed), key=lambda t: (-t.failed, t.type))[:_SHOWN]
    return {
        "title": locale.say("Fail most"),
        "tone": "bad",
        "rows": [
            {
                "type": clipped(t.type, 80),
                "href": runs_href([UxStatus.FAILED], type_=t.type, last=WEEK),
                "figure": locale.say("{count} failed", count=number(t.failed, locale)),
                "detail": locale.say(
                    "{share} of {count}",
                    share=share(t.failed, t.ended, locale),
                    count=number(t.ended, locale),
                ),
                "percent": _percent(t.failed_share),
            }
            for t in failing
        ],
        "empty": "" if failing else locale.say("No type has failed."),
    }


def _slowest(types: Sequence[TypeFigures], locale: Locale) -> RankingView:
    timed = [(t, t.half, t.most) for t in types if t.half is not None and t.most is not None]
    slowest = sorted(timed, key=lambda one: (-one[2], one[0].type))[:_SHOWN]
    longest = slowest[0][2] if slowest else 0.0
    return {
        "title": locale.say("Take longest"),
        "tone": "active",
        "rows": [
            {
                "type": clipped(t.type, 80),
                "href": runs_href(type_=t.type, last=WEEK),
                "figure": locale.say("95 % within {span}", span=span(most, locale)),
                "detail": locale.say("half within {span}", span=span(half, locale)),
                "percent": _percent(most / longest if longest else 0.0),
            }
            for t, half, most in slowest
        ],
        "empty": "" if slowest else locale.say("No type has ended often enough to tell."),
    }


def _percent(part: float) -> int:
    return max(1, round(part * 100))
