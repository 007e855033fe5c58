"""The filters of a list of runs: what is chosen, what can be, and where each link leads."""

from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from policy.status import UxStatus
from services.run_filters import (
    OUTCOMES,
    SPANS,
    STATUSES,
    SYSTEM_ID,
    RunFilter,
    filter_parameters,
)
from ui.presenters.locale import Locale
from ui.presenters.moment import local_time
from ui.presenters.run_chips import (
    ChipView,
    FilterFacts,
    filter_chips,
    initiator_name,
    list_address,
    span_words,
)
from ui.presenters.run_flaws import filter_name, flaw_text
from ui.presenters.words import STATUS, clipped

_LONGEST_SHOWN = 40


class StatusCountView(TypedDict):
    """A status with how many runs are in it; its link asks for them, or no longer for them."""

    value: str
    word: str
    icon: str
    tone: str
    count: str
    href: str
    on: bool


class ChoiceView(TypedDict):
    value: str
    text: str
    on: bool


class FilterView(TypedDict):
    """All that the form shows; `hidden` are the parameters that it carries along."""

    words: dict[str, str]
    groups: list[tuple[str, list[StatusCountView]]]
    hidden: list[tuple[str, str]]
    text: str
    types: list[ChoiceView]
    tenants: list[ChoiceView]
    initiators: list[ChoiceView]
    periods: list[ChoiceView]
    orders: list[ChoiceView]
    begin: str
    end: str
    chips: list[ChipView]
    clear: str
    flaws: list[str]


def filter_view(facts: FilterFacts, locale: Locale) -> FilterView:
    wanted = facts.wanted
    own = [pair for pair in filter_parameters(wanted) if pair[0] in ("status", "outcome")]
    return {
        "words": _words(locale),
        "groups": _groups(facts, locale),
        "hidden": own,
        "text": wanted.text,
        "types": _types(facts, locale),
        "tenants": _tenants(facts, locale),
        "initiators": _initiators(facts, locale),
        "periods": _periods(wanted, locale),
        "orders": _orders(wanted, locale),
        "begin": _local(wanted.created_from, locale),
        "end": _local(wanted.created_before, locale),
        "chips": filter_chips(facts, locale),
        "clear": list_address(RunFilter(is_oldest_first=wanted.is_oldest_first)),
        "flaws": [flaw_text(flaw, locale) for flaw in facts.flaws],
    }


def _words(locale: Locale) -> dict[str, str]:
    names = ("type", "tenant", "by", "last", "from", "until", "q", "sort")
    return {
        **{name: filter_name(name, locale) for name in names},
        "filter": locale.say("Filter"),
        "filters": locale.say("Filter the runs"),
        "placeholder": locale.say("Id, operation, context or failure"),
        "apply": locale.say("Apply"),
        "clear": locale.say("Clear all"),
        "chosen": locale.say("Filtered by"),
        "counts": locale.say("Runs by status"),
    }


def _groups(facts: FilterFacts, locale: Locale) -> list[tuple[str, list[StatusCountView]]]:
    groups = (("status", STATUSES), ("outcome", OUTCOMES))
    return [
        (filter_name(name, locale), [_count(facts, status, locale) for status in statuses])
        for name, statuses in groups
    ]


def _count(facts: FilterFacts, status: UxStatus, locale: Locale) -> StatusCountView:
    words, count = STATUS[status].told(locale), facts.counts[status]
    chosen = facts.wanted.statuses
    is_on = status.value in chosen
    kept = [one for one in UxStatus if (one.value in chosen) != (one is status)]
    number = locale.number(count.count)
    return {
        "value": status.value,
        "word": words.word,
        "icon": words.icon,
        "tone": words.tone,
        "count": f"{number}+" if count.is_more else number,
        "href": list_address(replace(facts.wanted, statuses=tuple(one.value for one in kept))),
        "on": is_on,
    }


def _types(facts: FilterFacts, locale: Locale) -> list[ChoiceView]:
    chosen = facts.wanted.types
    kinds = dict.fromkeys((*facts.choices.types, *chosen))
    found = [_choice(kind, clipped(kind, _LONGEST_SHOWN), kind in chosen) for kind in kinds]
    return [_choice("", locale.say("Any"), not chosen), *found]


def _tenants(facts: FilterFacts, locale: Locale) -> list[ChoiceView]:
    chosen = facts.wanted.tenant_slug
    found = [_choice(one.slug, one.name, one.slug == chosen) for one in facts.tenants]
    return [_choice("", locale.say("Any"), chosen is None), *found]


def _initiators(facts: FilterFacts, locale: Locale) -> list[ChoiceView]:
    chosen = facts.wanted.initiator_id
    people = dict(facts.choices.initiators)
    if chosen:
        people.setdefault(chosen, initiator_name(facts, locale))
    found = [_choice(str(one), clipped(name, 60), one == chosen) for one, name in people.items()]
    system = _choice("system", locale.say("System"), chosen == SYSTEM_ID)
    return [_choice("", locale.say("Anybody"), chosen is None), system, *found]


def _periods(wanted: RunFilter, locale: Locale) -> list[ChoiceView]:
    words = span_words(locale)
    found = [_choice(span, words[span], wanted.last == span) for span in SPANS]
    return [_choice("", locale.say("Any time"), not wanted.last), *found]


def _orders(wanted: RunFilter, locale: Locale) -> list[ChoiceView]:
    return [
        _choice("", locale.say("Newest first"), not wanted.is_oldest_first),
        _choice("oldest", locale.say("Oldest first"), wanted.is_oldest_first),
    ]


def _choice(value: str, text: str, is_on: bool) -> ChoiceView:
    return {"value": value, "text": text, "on": is_on}


def _local(time: datetime | None, locale: Locale) -> str:
    """As a field for a date and time has it, which knows no zone."""
    if time is None:
        return ""
    here = local_time(time, locale.zone).replace(tzinfo=None)
    return here.isoformat(timespec="seconds" if here.second else "minutes")
