"""The form in which a pack is asked for: days as people mean them, options as they are stored.

A person's last day belongs to the period; what is stored ends where the next day begins, or now.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from policy.wording import said
from services.packs.order import PackOptions, PackOptionsError, Section
from ui.presenters.locale import Locale
from ui.presenters.moment import day_range

_MOST_DAYS = 3650
_FIRST_YEAR = 2000  # nothing ran before; the calendar's first days have no UTC


class Preset(StrEnum):
    LAST_30_DAYS = "last_30_days"
    LAST_90_DAYS = "last_90_days"
    LAST_MONTH = "last_month"
    LAST_QUARTER = "last_quarter"
    CUSTOM = "custom"


PRESETS = {
    Preset.LAST_30_DAYS: said("Last 30 days"),
    Preset.LAST_90_DAYS: said("Last 90 days"),
    Preset.LAST_MONTH: said("Last calendar month"),
    Preset.LAST_QUARTER: said("Last calendar quarter"),
    Preset.CUSTOM: said("From one day to another"),
}


@dataclass(frozen=True, slots=True)
class PackForm:
    """What is filled in; `first` and `last` are ISO days as typed, and count for `CUSTOM` only."""

    preset: Preset = Preset.LAST_30_DAYS
    first: str = ""
    last: str = ""
    sections: frozenset[Section] = field(default_factory=lambda: frozenset(Section))
    include_failure_details: bool = False


class PackFormError(Exception):
    """What was filled in does not fit: a message for each of `first`, `last` and `sections`."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        super().__init__(" ".join(messages.values()))
        self.messages = dict(messages)


def form_of(options: PackOptions | None, zone: ZoneInfo) -> PackForm:
    """The form to begin with: fresh, or filled in as it was when `options` came out of it."""
    if options is None:
        return PackForm()
    last = options.period_to - timedelta(microseconds=1)
    return PackForm(
        Preset.CUSTOM,
        options.period_from.astimezone(zone).date().isoformat(),
        last.astimezone(zone).date().isoformat(),
        options.sections,
        options.include_failure_details,
    )


def options_of(form: PackForm, now: datetime, zone: ZoneInfo) -> PackOptions:
    """The options that the form stands for at `now`. Raises `PackFormError`."""
    messages: dict[str, str] = {}
    if not form.sections:
        messages["sections"] = said("Choose at least one section.")
    today = now.astimezone(zone).date()
    if form.preset is Preset.CUSTOM:
        first, last, wrong = _typed_days(form, today)
        messages.update(wrong)
    else:
        first, last = _preset_days(form.preset, today)
    if messages or first is None or last is None:
        raise PackFormError(messages)
    end = min(_start_of(last + timedelta(days=1), zone), now.astimezone(UTC))
    begin = _start_of(first, zone)
    try:
        return PackOptions(begin, end, form.sections, form.include_failure_details)
    except PackOptionsError as error:
        # At midnight sharp, today has only begun.
        raise PackFormError({"first": error.args[0]}) from error


def preset_hint(preset: Preset, now: datetime, locale: Locale) -> str:
    """The days that a preset means today, in the person's own zone."""
    if preset is Preset.CUSTOM:
        return locale.say("Both days are included, in your time zone ({zone})", zone=locale.zone)
    first, last = _preset_days(preset, now.astimezone(locale.zone).date())
    begin, end = (datetime.combine(day, time(12), locale.zone) for day in (first, last))
    return day_range(begin, end, locale)


def _preset_days(preset: Preset, today: date) -> tuple[date, date]:
    if preset is Preset.LAST_30_DAYS:
        return today - timedelta(days=29), today
    if preset is Preset.LAST_90_DAYS:
        return today - timedelta(days=89), today
    if preset is Preset.LAST_MONTH:
        last = today.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last
    last = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=1)
    return last.replace(month=last.month - 2, day=1), last


def _typed_days(form: PackForm, today: date) -> tuple[date | None, date | None, dict[str, str]]:
    first, last = _day(form.first), _day(form.last)
    wrong: dict[str, str] = {}
    if first is None:
        wrong["first"] = said("Choose the first day.")
    elif first.year < _FIRST_YEAR:
        wrong["first"] = said("Choose a first day in {year} or later.", year=_FIRST_YEAR)
    elif first > today:
        wrong["first"] = said("This day is yet to come.")
    if last is None:
        wrong["last"] = said("Choose the last day.")
    elif last > today:
        wrong["last"] = said("This day is yet to come.")
    elif first is not None and last < first:
        wrong["last"] = said("The last day is before the first.")
    elif first is not None and (last - first).days >= _MOST_DAYS:
        wrong["first"] = said("A period is at most ten years long.")
    return first, last, wrong


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
