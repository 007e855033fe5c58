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


class StatementView(TypedDict):
    """`brief` is what the row shows of `text`; `facts` say how slow and how often."""

    brief: str
    text: str
    longest: str
    facts: list[str]


class StatementsView(TypedDict):
    """`empty` is said while there is none."""

    title: str
    note: str
    rows: list[StatementView]
    empty: str


def statements_view(snapshot: RefreshSnapshot, locale: Locale) -> StatementsView:
    """The slowest first."""
    rows = [_statement(one, locale) for one in snapshot.slowest]
    return {
        "title": locale.say("Slowest queries"),
        "note": locale.say("Of the last hour, without their values. Open one to read all of it."),
        "rows": rows,
        "empty": "" if rows else locale.say("Nothing has been asked of the database."),
    }


def _statement(one: SlowStatement, locale: Locale) -> StatementView:
    at = one.longest_at
    when = [] if at is None else [locale.say("at {time}", time=clock_time(at, locale))]
    return {
        "brief": clipped(_SELECTED.sub("SELECT … FROM ", one.text, count=1), _MOST),
        "text": one.text,
        "longest": brief_span(one.longest, locale),
        "facts": [
            *when,
            locale.say("95 % within {time}", time=brief_span(one.most, locale)),
            locale.count("{count} time", "{count} times", one.count),
        ],
    }
