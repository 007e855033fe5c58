"""The filters of a list of runs: what is chosen, what can be, and where each link leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from urllib.parse import urlencode

from policy.status import UxStatus
from services.run_choices import RunChoices
from services.run_counts import CappedCount
from services.run_filters import (
    OUTCOMES,
    SPANS,
    STATUSES,
    SYSTEM_ID,
    Flaw,
    RunFilter,
    filter_parameters,
)
from services.tenants import TenantRef
from ui.presenters.locale import Locale
from ui.presenters.moment import short_date_time
from ui.presenters.run_flaws import filter_name, flaw_text
from ui.presenters.words import STATUS, clipped

LIST = "/operations"
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


class ChipView(TypedDict):
    """A part of the filter; its link takes it out. `label` says so to who cannot see the cross."""

    key: str
    text: str
    label: str
    href: str


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


@dataclass(frozen=True, slots=True)
class FilterFacts:
    """What a page knows of a list: what was asked for, and what there is."""

    now: datetime
    wanted: RunFilter
    flaws: Sequence[Flaw]
    counts: Mapping[UxStatus, CappedCount]
    choices: RunChoices
    tenants: Sequence[TenantRef]


def list_address(wanted: RunFilter, **places: int | None) -> str:
    """Where the list that is `wanted` is, from `older` or `newer` on."""
    pairs = [*filter_parameters(wanted), *((k, str(v)) for k, v in places.items() if v)]
    return f"{LIST}?{urlencode(pairs)}" if pairs else LIST


def export_address(wanted: RunFilter) -> str:
    """Where the whole list that is `wanted` is, as a file."""
    return f"{LIST}/export.csv?{urlencode(filter_parameters(wanted))}".rstrip("?")


def cut_text(looked_through: int, wanted: RunFilter, locale: Locale) -> str:
    """That the page is short because no more runs were looked at, and how to go on."""
    count = locale.number(looked_through)
    if wanted.is_oldest_first:
        return locale.say(
            "Only {count} runs were looked at for this page; “Newer” looks on from there.",
            count=count,
        )
    return locale.say(
        "Searched the newest {count} runs from here; older ones were not looked at. "
        "“Older” searches on from there.",
        count=count,
    )


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
        "chips": _chips(facts, locale),
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
        people.setdefault(chosen, _initiator(facts, locale))
    found = [_choice(str(one), clipped(name, 60), one == chosen) for one, name in people.items()]
    system = _choice("system", locale.say("System"), chosen == SYSTEM_ID)
    return [_choice("", locale.say("Anybody"), chosen is None), system, *found]


def _periods(wanted: RunFilter, locale: Locale) -> list[ChoiceView]:
    words = _spans(locale)
    found = [_choice(span, words[span], wanted.last == span) for span in SPANS]
    return [_choice("", locale.say("Any time"), not wanted.last), *found]


def _spans(locale: Locale) -> dict[str, str]:
    return {
        "1h": locale.say("Last hour"),
        "24h": locale.say("Last 24 hours"),
        "7d": locale.say("Last 7 days"),
        "30d": locale.say("Last 30 days"),
    }


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
    here = time.astimezone(locale.zone).replace(tzinfo=None)
    return here.isoformat(timespec="seconds" if here.second else "minutes")


def _chips(facts: FilterFacts, locale: Locale) -> list[ChipView]:
    wanted = facts.wanted
    chips = [
        _chip("status", locale.told(STATUS[UxStatus(one)].word), _without(wanted, one), locale)
        for one in wanted.statuses
    ]
    chips += [
        _chip("type", kind, replace(wanted, types=_but(wanted.types, kind)), locale)
        for kind in wanted.types
    ]
    begin, end = wanted.created_from, wanted.created_before
    tenant = wanted.tenant_slug and _tenant(facts)
    starter = wanted.initiator_id is not None and _initiator(facts, locale)
    span = wanted.last and _spans(locale)[wanted.last]
    single: list[tuple[str, str | bool | None, RunFilter]] = [
        ("tenant", tenant, replace(wanted, tenant_slug=None)),
        ("by", starter, replace(wanted, initiator_id=None)),
        ("last", span, replace(wanted, last="")),
        ("from", _moment(begin, facts, locale), replace(wanted, created_from=None)),
        ("until", _moment(end, facts, locale), replace(wanted, created_before=None)),
        ("q", wanted.text and f"“{wanted.text}”", replace(wanted, text="")),
    ]
    return chips + [_chip(name, str(value), rest, locale) for name, value, rest in single if value]


def _chip(name: str, value: str, rest: RunFilter, locale: Locale) -> ChipView:
    text = f"{filter_name(name, locale)}: {clipped(value, _LONGEST_SHOWN)}"
    label = locale.say("Remove the filter {filter}", filter=text)
    return {"key": f"{name} {value}", "text": text, "label": label, "href": list_address(rest)}


def _without(wanted: RunFilter, status: str) -> RunFilter:
    return replace(wanted, statuses=_but(wanted.statuses, status))


def _but(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(one for one in values if one != value)


def _tenant(facts: FilterFacts) -> str:
    slug = facts.wanted.tenant_slug or ""
    return next((one.name for one in facts.tenants if one.slug == slug), slug)


def _initiator(facts: FilterFacts, locale: Locale) -> str:
    """By name; somebody who has started nothing here stays a number."""
    chosen = facts.wanted.initiator_id
    if chosen == SYSTEM_ID:
        return locale.say("System")
    names = dict(facts.choices.initiators)
    return names.get(chosen or 0) or locale.say("Person {id}", id=chosen)


def _moment(time: datetime | None, facts: FilterFacts, locale: Locale) -> str:
    return "" if time is None else short_date_time(time, facts.now, locale)
