"""The audit trail in sentences: what happened, who did it, and why."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.presenters.factories import LOCALE, a_run, a_trail
from ui.presenters.trail import Stage, happenings


@pytest.mark.parametrize(
    ("action", "actor", "details", "text"),
    [
        ("requested", "Ada", {}, "Requested by Ada"),
        ("requested", "Ada", {"retry_of_id": 12}, "Requested by Ada, to do run 12 again"),
        ("requested", None, {"via": "hr-feed"}, "Requested by hr-feed"),
        ("requested", None, {"via": {"token_id": 3, "name": "hr-feed"}}, "Requested by hr-feed"),
        ("requested", None, {"via": {"name": None}}, "Requested by the system"),
        ("requested", "Ada", {"via": "hr-feed"}, "Requested by Ada through hr-feed"),
        ("requested", None, None, "Requested by the system"),
        ("claimed", None, {"owner": "embedded", "attempt": 1}, "Taken by worker embedded"),
        ("claimed", None, {"owner": "w1", "attempt": 2}, "Taken by worker w1 (attempt 2)"),
        ("claimed", None, ["?"], "Taken by worker unknown"),
        ("handed_back", None, {"reason": "its worker stopped"}, "Handed back: its worker stopped"),
        (
            "rescued",
            None,
            {"owner": "w1", "reason": "its lease ran out"},
            "Taken back from worker w1: its lease ran out",
        ),
        ("rescued", None, {}, "Taken back from its worker: no reason given"),
        ("lost_contact", None, {}, "Lost contact with the program outside"),
        ("cancel_requested", "Ada", {}, "Cancellation requested by Ada"),
        ("cancelled", "Ada", {}, "Cancelled by Ada"),
        ("completed", None, {"outcome": "failed", "reason": "crash loop"}, "Gave up: crash loop"),
        ("completed", None, {"reason": "its lease ran out"}, "Closed: its lease ran out"),
        ("completed", None, {"code": "throttled"}, "Ended by the system: throttled"),
        (
            "late_report",
            None,
            {"outcome": "succeeded", "summary_counts": {"processed": 120}},
            "Late report refused, kept as evidence: succeeded, 120 processed",
        ),
        (
            "late_report",
            None,
            {"outcome": 7},
            "Late report refused, kept as evidence: unknown state",
        ),
        ("frobbed_twice", "Bo", None, "Frobbed twice by Bo"),
        ("", None, None, "Changed by the system"),
    ],
)
def test_the_trail_reads_as_sentences(
    action: str, actor: str | None, details: Any, text: str
) -> None:
    run = a_run(trail=a_trail((action, details), actor=actor))

    assert [what.text for what in happenings(run, LOCALE)] == [text]


def test_what_ends_an_attempt_names_who_had_it_and_which_attempt_it_was() -> None:
    trail = a_trail(
        ("claimed", {"owner": "w1", "attempt": 1}),
        ("retry_scheduled", {"code": "throttled", "seconds": 20}),
        ("claimed", {"owner": "w2", "attempt": 2}),
        ("completed", {"outcome": "failed", "code": "timeout"}),
    )

    assert [what.text for what in happenings(a_run(trail=trail), LOCALE)] == [
        "Taken by worker w1",
        "Attempt 1 failed (throttled): next attempt in 20 s",
        "Taken by worker w2 (attempt 2)",
        "Ended by worker w2: timeout",
    ]


@pytest.mark.parametrize(
    ("seconds", "wait"), [(0, "0 s"), (119, "119 s"), (600, "10 min"), (7200, "2 h")]
)
def test_a_wait_is_told_in_the_unit_that_fits(seconds: int, wait: str) -> None:
    run = a_run(trail=a_trail(("retry_scheduled", {"seconds": seconds})))

    assert happenings(run, LOCALE)[0].text == f"The attempt failed: next attempt in {wait}"


def test_a_program_outside_begins_and_ends_as_it_reports() -> None:
    trail = a_trail(
        ("claimed", {"owner": "hr-feed (Ada)", "attempt": 1}), ("completed", {"outcome": "failed"})
    )

    outside = happenings(a_run(runner="external", trail=trail), LOCALE)

    assert [what.text for what in outside] == [
        "Begun outside, as reported by hr-feed (Ada)",
        "Reported by hr-feed (Ada)",
    ]


def test_events_that_move_a_run_begin_a_stage_and_others_do_not() -> None:
    actions = ("requested", "claimed", "rescued", "cancel_requested", "completed", "late_report")
    run = a_run(trail=a_trail(*((action, {}) for action in actions)))

    assert [what.stage for what in happenings(run, LOCALE)] == [
        Stage.QUEUED,
        Stage.RUNNING,
        Stage.QUEUED,
        None,
        Stage.ENDED,
        None,
    ]


def test_actions_of_others_are_told_without_their_prefix_only() -> None:
    trail = a_trail(("x", {}))
    entry = replace(trail.events[0], action="something.else", actor_name="Bo")

    told = happenings(a_run(trail=replace(trail, events=(entry,))), LOCALE)

    assert told[0].text == "Something else by Bo"
