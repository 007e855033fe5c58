"""The form in which a pack is asked for: people's days, and the instants that are stored."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packs.order import PackOptions, Section
from tests.unit.presenters.factories import BERLIN, LOCALE, NOW
from ui.presenters.pack_form import (
    PackForm,
    PackFormError,
    Preset,
    form_of,
    options_of,
    preset_hint,
)

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia")]


def custom(first: str, last: str, **filled: Any) -> PackForm:
    return PackForm(Preset.CUSTOM, first, last, **filled)


def wrong(form: PackForm) -> dict[str, str]:
    with pytest.raises(PackFormError) as refused:
        options_of(form, NOW, BERLIN)
    return refused.value.messages


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("preset", "hint"),
    [
        (Preset.LAST_30_DAYS, "26 Oct – 24 Nov 2026"),
        (Preset.LAST_90_DAYS, "27 Aug – 24 Nov 2026"),
        (Preset.LAST_MONTH, "1 – 31 Oct 2026"),
        (Preset.LAST_QUARTER, "1 Jul – 30 Sep 2026"),
        (Preset.CUSTOM, "Both days are included, in your time zone (Europe/Berlin)"),
    ],
)
def test_a_preset_says_which_days_it_means(preset: Preset, hint: str) -> None:
    assert preset_hint(preset, NOW, LOCALE) == hint


def test_at_the_beginning_of_a_year_the_last_quarter_is_of_the_year_before() -> None:
    january = datetime(2027, 1, 2, tzinfo=UTC)

    assert preset_hint(Preset.LAST_QUARTER, january, LOCALE) == "1 Oct – 31 Dec 2026"
    assert preset_hint(Preset.LAST_MONTH, january, LOCALE) == "1 – 31 Dec 2026"


def test_the_last_day_belongs_to_the_period_and_the_stored_end_does_not() -> None:
    options = options_of(custom("2026-10-01", "2026-10-31"), NOW, BERLIN)

    # Winter time began on the 25th: the days are those of the person's zone.
    assert options.period_from == utc("2026-09-30T22:00")
    assert options.period_to == utc("2026-10-31T23:00")


def test_a_period_that_reaches_today_ends_now() -> None:
    options = options_of(PackForm(), NOW, BERLIN)

    assert options.period_from == utc("2026-10-25T23:00")
    assert options.period_to == NOW


def test_what_was_chosen_is_what_is_asked_for() -> None:
    options = options_of(
        PackForm(sections=frozenset({Section.RUNS}), include_failure_details=True), NOW, BERLIN
    )

    assert options.sections == {Section.RUNS}
    assert options.include_failure_details


def test_failure_details_are_left_out_unless_asked_for() -> None:
    options = options_of(PackForm(), NOW, BERLIN)

    assert not options.include_failure_details
    assert options.sections == frozenset(Section)


@pytest.mark.parametrize(
    ("first", "last", "messages"),
    [
        ("", "", {"first": "Choose the first day.", "last": "Choose the last day."}),
        ("soon", "2026-11-24", {"first": "Choose the first day."}),
        ("2026-11-25", "2026-11-25", dict.fromkeys(("first", "last"), "This day is yet to come.")),
        ("2026-11-02", "2026-11-01", {"last": "The last day is before the first."}),
        ("2026-11-02", "9999-12-31", {"last": "This day is yet to come."}),
        ("2001-01-01", "2026-11-01", {"first": "A period is at most ten years long."}),
        ("1999-12-31", "2000-01-01", {"first": "Choose a first day in 2000 or later."}),
        ("0001-01-01", "0001-01-01", {"first": "Choose a first day in 2000 or later."}),
    ],
)
def test_days_that_make_no_period_are_named(
    first: str, last: str, messages: dict[str, str]
) -> None:
    assert wrong(custom(first, last)) == messages


def test_the_first_day_of_all_is_a_possible_one() -> None:
    options = options_of(custom("2000-01-01", "2000-01-01"), NOW, BERLIN)

    assert options.period_from == utc("1999-12-31T23:00")


def test_at_midnight_sharp_today_is_refused_beside_its_field() -> None:
    midnight = utc("2026-11-23T23:00")

    with pytest.raises(PackFormError) as refused:
        options_of(custom("2026-11-24", "2026-11-24"), midnight, BERLIN)

    assert set(refused.value.messages) == {"first"}


def test_a_pack_without_sections_is_refused_together_with_all_else() -> None:
    assert wrong(custom("", "2026-11-01", sections=frozenset())) == {
        "sections": "Choose at least one section.",
        "first": "Choose the first day.",
    }


def test_trying_again_begins_with_what_was_asked_for() -> None:
    asked = options_of(
        custom("2026-10-01", "2026-10-31", sections=frozenset({Section.AUDIT})), NOW, BERLIN
    )

    assert form_of(asked, BERLIN) == custom(
        "2026-10-01", "2026-10-31", sections=frozenset({Section.AUDIT})
    )
    assert form_of(None, BERLIN) == PackForm()


@given(
    days=st.floats(-9000, 9000),
    zone=st.sampled_from(ZONES),
    preset=st.sampled_from([preset for preset in Preset if preset is not Preset.CUSTOM]),
)
def test_every_preset_is_a_period_that_is_over_at_any_time_in_any_zone(
    days: float, zone: ZoneInfo, preset: Preset
) -> None:
    now = NOW + timedelta(days=days)

    options: PackOptions = options_of(PackForm(preset), now, zone)

    assert options.period_from < options.period_to <= now
