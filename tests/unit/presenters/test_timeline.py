"""One list of phases and events, from the trail and from what only the columns know."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.runs import RunSnapshot
from tests.unit.presenters.factories import LOCALE, NOW, a_run, a_trail
from ui.presenters.timeline import EntryView, run_timeline


def entries(run: RunSnapshot) -> list[EntryView]:
    return run_timeline(run, LOCALE)["entries"]


def phases(run: RunSnapshot) -> list[tuple[str, float | None]]:
    return [(entry["phase"], entry["seconds"]) for entry in entries(run) if entry["phase"]]


def test_without_a_trail_the_columns_tell_three_phases_with_their_durations() -> None:
    run = a_run("completed", "succeeded", completed_at=NOW)

    timeline = run_timeline(run, LOCALE)

    assert phases(run) == [("Queued", 60), ("Running", 60), ("Succeeded", None)]
    assert timeline["note"] == ""
    assert timeline["zone"] == "times in Europe/Berlin"


def test_the_date_is_written_once_for_the_times_of_a_day() -> None:
    run = a_run("completed", "succeeded", completed_at=NOW + timedelta(days=1))

    assert [entry["at"] for entry in entries(run)] == [
        "24 Nov 2026, 12:01:10",
        "12:02:10",
        "25 Nov 2026, 12:03:10",
    ]
    assert entries(run)[0]["utc"] == "2026-11-24 11:01:10 UTC"


def test_the_phase_that_goes_on_counts_on() -> None:
    queued, running = entries(a_run("queued", started_at=None)), entries(a_run())

    assert [(entry["phase"], entry["running"]) for entry in queued] == [("Queued", True)]
    assert [entry["running"] for entry in running] == [False, True]


def test_a_run_cancelled_while_queued_never_ran() -> None:
    run = a_run("completed", "cancelled", started_at=None, completed_at=NOW)

    assert phases(run) == [("Queued", 120), ("Cancelled", None)]


def test_times_out_of_order_are_noted_and_give_no_duration() -> None:
    run = a_run("completed", "failed", completed_at=NOW - timedelta(days=1))

    assert entries(run)[1]["seconds"] is None
    assert "out of order" in run_timeline(run, LOCALE)["note"]


def test_a_missing_end_is_noted() -> None:
    run = a_run("completed", "failed")

    assert entries(run)[2]["at"] == "–"
    assert run_timeline(run, LOCALE)["note"] == "No time of its end was stored."


def test_phases_have_names_of_their_own_even_when_a_running_run_has_ended() -> None:
    assert [name for name, _ in phases(a_run(completed_at=NOW))] == [
        "Queued",
        "Running",
        "Finished",
    ]


def test_each_attempt_is_a_phase_of_its_own_and_events_stand_in_their_phase() -> None:
    trail = a_trail(
        ("requested", {}),
        ("claimed", {"owner": "w1", "attempt": 1}),
        ("rescued", {"owner": "w1", "reason": "its lease ran out"}),
        ("claimed", {"owner": "w2", "attempt": 2}),
        ("cancel_requested", {}),
        ("completed", {"outcome": "cancelled"}),
        actor="Ada",
    )
    began = NOW - timedelta(seconds=5)
    run = a_run(
        "completed",
        "cancelled",
        created_at=began,
        started_at=NOW - timedelta(seconds=2),
        completed_at=NOW,
        trail=trail,
    )

    assert [(entry["phase"], entry["text"], entry["seconds"]) for entry in entries(run)] == [
        ("Queued", "Requested by Ada", 1),
        ("Running", "Taken by worker w1", 1),
        ("Queued", "Taken back from worker w1: its lease ran out", 1),
        ("Running", "Taken by worker w2 (attempt 2)", 2),
        ("", "Cancellation requested by Ada", None),
        ("Cancelled", "Ended by worker w2", None),
    ]


def test_a_late_report_stands_below_the_end() -> None:
    trail = a_trail(("requested", {}), ("claimed", {}), ("lost_contact", {}), ("late_report", {}))
    run = a_run("completed", "failed", completed_at=NOW, runner="external", trail=trail)

    assert [entry["phase"] for entry in entries(run)] == ["Queued", "Running", "Failed", ""]


def test_what_only_the_columns_know_is_added_to_the_trail() -> None:
    requested = a_trail(("requested", {}), actor="Ada")
    done: dict[str, Any] = {"completed_at": NOW, "trail": requested}

    finished_by_others = a_run("completed", "succeeded", **done)
    taken_by_others = a_run(trail=requested)

    assert [name for name, _ in phases(finished_by_others)] == ["Queued", "Running", "Succeeded"]
    assert phases(taken_by_others) == [("Queued", 60), ("Running", 60)]
    assert entries(taken_by_others)[1]["running"]


def test_what_the_columns_add_stands_before_what_was_noted_later() -> None:
    asked = a_trail(("cancel_requested", {}), actor="Ada")
    ended = NOW - timedelta(seconds=5)

    running, cancelled = a_run(trail=asked), a_run("completed", "cancelled", completed_at=ended)

    assert [entry["phase"] for entry in entries(running)] == ["Queued", "Running", ""]
    assert [entry["phase"] for entry in entries(replace(cancelled, trail=asked))] == [
        "Queued",
        "Running",
        "Cancelled",
        "",
    ]


def test_a_run_that_was_taken_again_by_others_is_running_again() -> None:
    trail = a_trail(("requested", {}), ("claimed", {}), ("rescued", {}))

    assert [name for name, _ in phases(a_run(trail=trail))] == [
        "Queued",
        "Running",
        "Queued",
        "Running",
    ]


def test_a_trail_that_is_cut_says_how_much_is_missing() -> None:
    trail = a_trail(("claimed", {"owner": "w9", "attempt": 40}))
    run = a_run(trail=replace(trail, earlier=117))

    assert [(entry["phase"], entry["text"]) for entry in entries(run)] == [
        ("Queued", ""),
        ("", "and 117 earlier"),
        ("Running", "Taken by worker w9 (attempt 40)"),
    ]
