"""The filters of a list as they read, and where their links lead."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest

from policy.status import UxStatus
from services.run_choices import RunChoices
from services.run_counts import CappedCount
from services.run_filters import Flaw, Problem, RunFilter, read_run_filter
from services.tenants import TenantRef
from ui.presenters.locale import Locale
from ui.presenters.run_chips import FilterFacts, list_address, newest_address
from ui.presenters.run_filter import filter_view
from ui.presenters.run_flaws import flaw_text

BERLIN = Locale("en", ZoneInfo("Europe/Berlin"))
FACTS = FilterFacts(
    now=datetime(2026, 11, 1, tzinfo=UTC),
    wanted=RunFilter(statuses=("failed",), tenant_slug="one", text="quota", last="24h"),
    flaws=(),
    counts={status: CappedCount(1000, True) for status in UxStatus},
    choices=RunChoices(("directory.sync",), ((7, "Ann"),)),
    tenants=(TenantRef(1, 1, "one", "Tenant One"),),
)


def asked_by(href: str) -> RunFilter:
    read = read_run_filter(parse_qsl(urlsplit(href).query), BERLIN.zone, ("older",))
    assert read.flaws == ()
    return read.wanted


def test_a_chip_takes_its_own_part_out_and_no_other() -> None:
    chips = {chip["text"]: asked_by(chip["href"]) for chip in filter_view(FACTS, BERLIN)["chips"]}

    assert chips == {
        "Status: Failed": replace(FACTS.wanted, statuses=()),
        "Tenant: Tenant One": replace(FACTS.wanted, tenant_slug=None),
        "Period: Last 24 hours": replace(FACTS.wanted, last=""),
        "Text: “quota”": replace(FACTS.wanted, text=""),
    }


def test_a_text_is_quoted_as_the_reader_s_language_does() -> None:
    view = filter_view(replace(FACTS, wanted=RunFilter(text="quota")), Locale("de", BERLIN.zone))

    assert [chip["text"] for chip in view["chips"]] == ["Text: „quota“"]


def test_a_status_is_taken_in_and_out_by_its_count() -> None:
    groups = filter_view(FACTS, BERLIN)["groups"]
    links = {one["value"]: one for _name, statuses in groups for one in statuses}

    assert set(links) == set(UxStatus)
    assert links["failed"]["on"]
    assert asked_by(links["failed"]["href"]).statuses == ()
    assert asked_by(links["partial"]["href"]).statuses == ("partial", "failed")


def test_a_count_that_ends_somewhere_says_so() -> None:
    counts = {**FACTS.counts, UxStatus.QUEUED: CappedCount(3, False)}
    groups = filter_view(replace(FACTS, counts=counts), BERLIN)["groups"]
    shown = {one["value"]: one["count"] for _name, statuses in groups for one in statuses}

    assert shown["failed"] == "1,000+"
    assert shown["queued"] == "3"


def test_the_form_carries_the_statuses_along_and_shows_the_readers_time() -> None:
    begin = datetime(2026, 7, 1, 22, tzinfo=UTC)
    view = filter_view(
        replace(FACTS, wanted=replace(FACTS.wanted, last="", created_from=begin)), BERLIN
    )

    assert view["hidden"] == [("outcome", "failed")]
    assert view["begin"] == "2026-07-02T00:00"


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("year", [1, 9999])
def test_a_time_at_the_end_of_the_calendar_is_shown_in_every_zone(year: int, zone: str) -> None:
    end = datetime(year, 1, 1, tzinfo=UTC) if year == 1 else datetime(year, 12, 31, 23, tzinfo=UTC)
    wanted = RunFilter(created_from=end)
    view = filter_view(replace(FACTS, wanted=wanted), Locale("en", ZoneInfo(zone)))

    assert view["begin"][:2] in ("00", "99")
    assert len(view["chips"]) == 1


def test_somebody_unknown_stays_a_number() -> None:
    view = filter_view(replace(FACTS, wanted=RunFilter(initiator_id=99)), BERLIN)

    assert [one["text"] for one in view["initiators"] if one["on"]] == ["Person 99"]
    assert [chip["text"] for chip in view["chips"]] == ["Started by: Person 99"]


def test_an_address_is_short_when_nothing_is_asked_for() -> None:
    assert list_address(RunFilter()) == "/operations"
    assert list_address(RunFilter(), older=5) == "/operations?older=5"


def test_new_runs_are_found_where_the_newest_come_first() -> None:
    oldest_first = replace(FACTS.wanted, is_oldest_first=True)

    assert asked_by(newest_address(oldest_first)) == FACTS.wanted


@pytest.mark.parametrize("problem", Problem)
def test_every_flaw_is_one_clear_sentence(problem: Problem) -> None:
    text = flaw_text(Flaw("tenant", problem, "<b>x\x00y</b>" * 20), BERLIN)

    assert text.endswith(".")
    assert text.isprintable()
    assert len(text) < 120
