"""Kinds of failures in words: whom they hit, who knows, what can be said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from policy.failure_state import FailureState, Standing
from policy.status import UxStatus
from services.overview.acknowledgements import Acknowledgement
from services.overview.failures import AffectedTenant, FailureGroup, Failures
from tests.unit.presenters.factories import BERLIN, NOW
from ui.presenters.locale import Locale
from ui.presenters.overview.failures import FailuresView, GroupView, failures_view

ENGLISH = Locale("en", BERLIN)
CONTOSO = AffectedTenant(7, "contoso", "Contoso", 2, Standing(30))
OVER = AffectedTenant(8, "adatum", "A. Datum", 1, Standing(20, 25))
NOBODYS = AffectedTenant(None, "", "", 1, Standing(10))
KNOWN = Acknowledgement(3, "Ada", NOW - timedelta(minutes=3), "Storage team knows", ((7, 30),))
A_GROUP = FailureGroup(
    fingerprint="f" * 32,
    type="directory.sync",
    code="throttled",
    message="It asked to slow down",
    state=FailureState.OPEN,
    statuses=(UxStatus.FAILED,),
    last_at=NOW - timedelta(minutes=1),
    tenants=(CONTOSO, OVER, NOBODYS),
)


def view(*groups: FailureGroup, may: bool = True, is_cut: bool = False) -> FailuresView:
    failures = Failures(NOW - timedelta(days=1), groups, is_cut)
    return failures_view(failures, NOW, ENGLISH, may_acknowledge=may)


def one(group: FailureGroup = A_GROUP, may: bool = True) -> GroupView:
    return view(group, may=may)["groups"][0]


def test_a_group_leads_to_its_runs_to_the_newest_and_to_each_tenants() -> None:
    group = one()

    assert (group["runs"], group["href"]) == (
        "4 runs",
        "/operations?status=failed&type=directory.sync&last=24h",
    )
    assert (group["last"], group["last_href"]) == ("Run 30", "/operations/30")
    assert [(t["text"], t["is_over"]) for t in group["tenants"]] == [
        ("Contoso × 2", False),
        ("A. Datum × 1", True),
        ("Whole workspace × 1", False),
    ]
    assert group["tenants"][0]["href"].endswith("&tenant=contoso&last=24h")
    assert group["tenants"][2]["href"] == ""


@pytest.mark.parametrize(
    ("state", "known", "act"),
    [
        (FailureState.OPEN, None, "acknowledge"),
        (FailureState.ACKNOWLEDGED, KNOWN, "withdraw"),
        (FailureState.ACKNOWLEDGED, None, ""),
    ],
)
def test_what_can_be_said_is_offered_to_those_who_may(
    state: FailureState, known: Acknowledgement | None, act: str
) -> None:
    group = replace(A_GROUP, state=state, acknowledgement=known)

    assert one(group)["act"] == act
    assert one(group, may=False)["act"] == ""


def test_an_acknowledgement_shows_name_time_and_note() -> None:
    group = one(replace(A_GROUP, state=FailureState.ACKNOWLEDGED, acknowledgement=KNOWN))

    assert group["known"] == "Acknowledged by Ada, 12:00:10"
    assert group["known_utc"] == "2026-11-24 11:00:10 UTC"
    assert group["note"] == "Storage team knows"


def test_what_is_over_stands_apart() -> None:
    over = replace(A_GROUP, state=FailureState.CLEARED)

    mixed, alone = view(A_GROUP, over), view(over)

    assert (len(mixed["groups"]), len(mixed["cleared"]), mixed["empty"]) == (1, 1, "")
    assert mixed["cleared_title"] == "1 kind of failure is over: a later run has succeeded"
    assert mixed["cleared"][0]["act"] == ""
    assert alone["empty"] == "Nothing is failing: all that did has succeeded since."
    assert view()["empty"] == "Nothing has failed in the last day."
    assert view()["cleared_title"] == ""


def test_those_who_hear_the_page_hear_how_much_is_unknown_trouble() -> None:
    known = replace(A_GROUP, state=FailureState.ACKNOWLEDGED)

    assert view(A_GROUP, known)["said"] == "1 kind of failure is not acknowledged"
    assert view(known)["said"] == "0 kinds of failure are not acknowledged"


def test_many_are_counted_rather_than_shown() -> None:
    tenants = tuple(replace(CONTOSO, id=n) for n in range(9))
    many = view(*(replace(A_GROUP, fingerprint=str(n), tenants=tenants) for n in range(23)))

    assert (len(many["groups"]), many["more"]) == (20, "and 3 more kinds")
    assert many["groups"][0]["more_tenants"] == "and 3 more tenants"


def test_a_cut_says_since_when_it_tells() -> None:
    assert view(A_GROUP)["note"] == ""
    assert view(A_GROUP, is_cut=True)["note"].endswith("since Mon 12:03.")


def test_texts_of_others_are_clipped_and_no_address_breaks() -> None:
    wild = "<script>&?\n" + "x" * 5000 + "\ud800"
    group = one(replace(A_GROUP, type=wild, code=wild, message=wild))

    assert max(len(group["code"]), len(group["type"])) <= 80
    assert "\n" not in group["message"]
    assert group["href"].startswith("/operations?status=failed&type=%3Cscript%3E%26%3F%0A")
