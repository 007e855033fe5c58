"""What a list of runs is filtered by, part by part, and where it is without each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from urllib.parse import urlencode

from policy.status import UxStatus
from services.run_choices import RunChoices
from services.run_counts import CappedCount
from services.run_filters import SYSTEM_ID, Flaw, RunFilter, filter_parameters
from services.tenants import TenantRef
from ui.presenters.locale import Locale
from ui.presenters.moment import short_date_time
from ui.presenters.run_flaws import filter_name
from ui.presenters.words import STATUS, clipped

LIST = "/operations"
_LONGEST_SHOWN = 40


class ChipView(TypedDict):
    """A part of the filter; its link takes it out. `label` says so to who cannot see the cross."""

    key: str
    text: str
    label: str
    href: str


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
    return f"{LIST}?{urlencode(pairs, errors='replace')}" if pairs else LIST


def newest_address(wanted: RunFilter) -> str:
    """Where the newest runs that are `wanted` are, which the oldest-first list shows last."""
    return list_address(replace(wanted, is_oldest_first=False))


def export_address(wanted: RunFilter) -> str:
    """Where the whole list that is `wanted` is, as a file."""
    address, mark, query = list_address(wanted).partition("?")
    return f"{address}/export.csv{mark}{query}"


def filter_chips(facts: FilterFacts, locale: Locale) -> list[ChipView]:
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
    starter = wanted.initiator_id is not None and initiator_name(facts, locale)
    span = wanted.last and span_words(locale)[wanted.last]
    single: list[tuple[str, str | bool | None, RunFilter]] = [
        ("tenant", tenant, replace(wanted, tenant_slug=None)),
        ("by", starter, replace(wanted, initiator_id=None)),
        ("last", span, replace(wanted, last="")),
        ("from", _moment(begin, facts, locale), replace(wanted, created_from=None)),
        ("until", _moment(end, facts, locale), replace(wanted, created_before=None)),
        ("q", wanted.text and locale.say("“{text}”", text=wanted.text), replace(wanted, text="")),
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


def initiator_name(facts: FilterFacts, locale: Locale) -> str:
    """By name; somebody who has started nothing here stays a number."""
    chosen = facts.wanted.initiator_id
    if chosen == SYSTEM_ID:
        return locale.say("System")
    names = dict(facts.choices.initiators)
    return names.get(chosen or 0) or locale.say("Person {id}", id=chosen)


def _moment(time: datetime | None, facts: FilterFacts, locale: Locale) -> str:
    return "" if time is None else short_date_time(time, facts.now, locale)


def span_words(locale: Locale) -> dict[str, str]:
    """Of the periods that end now."""
    return {
        "1h": locale.say("Last hour"),
        "24h": locale.say("Last 24 hours"),
        "7d": locale.say("Last 7 days"),
        "30d": locale.say("Last 30 days"),
    }
