"""The slowest statements of the last hour: how slow, how often, and what they ask for."""

import re
from typing import TypedDict

from services.refresh_history.history import RefreshSnapshot
from services.slow_statements.keeping import SlowStatement
from ui.presenters.locale import Locale
from ui.presenters.moment import clock_time
from ui.presenters.refresh.amounts import brief_span
from ui.presenters.words import clipped

# What is selected is long and tells little; from where and by what it is tells all.
_SELECTED = re.compile(r"^SELECT .{24,}? FROM ")
_MOST = 160


class TextView(TypedDict):
    """`brief` is what is shown of a statement until it is opened."""

    brief: str
    whole: str


class FactsView(TypedDict):
    """How slow a statement was, and how often it was asked."""

    longest: str
    facts: list[str]


class StatementsView(TypedDict):
    """`facts` go with `texts`, which are long and seldom others; `empty` is said without any."""

    title: str
    note: str
    texts: list[TextView]
    facts: list[FactsView]
    empty: str


def statements_view(snapshot: RefreshSnapshot, locale: Locale) -> StatementsView:
    """The slowest first."""
    slowest = snapshot.slowest
    return {
        "title": locale.say("Slowest queries"),
        "note": locale.say("Of the last hour, without their values. Open one to read all of it."),
        "texts": [_text(one) for one in slowest],
        "facts": [_facts(one, locale) for one in slowest],
        "empty": "" if slowest else locale.say("Nothing has been asked of the database."),
    }


def _text(one: SlowStatement) -> TextView:
    brief = _SELECTED.sub("SELECT … FROM ", one.text, count=1)
    return {"brief": clipped(brief, _MOST), "whole": one.text}


def _facts(one: SlowStatement, locale: Locale) -> FactsView:
    at = one.longest_at
    when = [] if at is None else [locale.say("at {time}", time=clock_time(at, locale))]
    return {
        "longest": brief_span(one.longest, locale),
        "facts": [
            *when,
            locale.say("95 % within {time}", time=brief_span(one.most, locale)),
            locale.count("{count} time", "{count} times", one.count),
        ],
    }
