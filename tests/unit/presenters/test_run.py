"""One run as its page and its row show it, sound or corrupt."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.status import UxStatus
from services.runs import RelatedRun, RunDetails, RunEventEntry
from tests.unit.presenters.factories import BERLIN, NOW, a_run
from ui.presenters.run import (
    run_context,
    run_events,
    run_failures,
    run_related,
    run_row,
    run_summary,
    run_timeline,
)
from ui.presenters.words import STATUS

_TIMES = st.none() | st.datetimes(timezones=st.just(NOW.tzinfo))
_ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)


@given(
    status=st.none() | st.text() | st.sampled_from(["queued", "running", "completed"]),
    outcome=st.none() | st.text() | st.sampled_from(["succeeded", "failed"]),
    created=_TIMES,
    started=_TIMES,
    completed=_TIMES,
    stored=_ANY_JSON,
)
def test_any_stored_run_can_be_shown(
    status: str | None,
    outcome: str | None,
    created: datetime | None,
    started: datetime | None,
    completed: datetime | None,
    stored: Any,
) -> None:
    run = a_run(
        status,
        outcome,
        created_at=created,
        started_at=started,
        completed_at=completed,
        context=stored,
        summary_counts=stored,
        failure_summary=stored,
    )

    views = [
        run_summary(run, BERLIN),
        run_timeline(run, BERLIN),
        run_failures(run),
        run_context(run),
        run_row(run, BERLIN),
    ]

    json.dumps(views, allow_nan=False, ensure_ascii=False).encode()


def test_every_status_has_a_word_an_icon_and_a_tone_of_its_own() -> None:
    assert set(STATUS) == set(UxStatus)
    assert len({words.word for words in STATUS.values()}) == len(UxStatus)
    assert len({words.icon for words in STATUS.values()}) == len(UxStatus)


def test_a_running_run_counts_on_and_a_finished_one_does_not() -> None:
    running = run_summary(a_run(), BERLIN)
    finished = run_summary(a_run("completed", "failed", completed_at=NOW), BERLIN)

    assert running["elapsed"] == {"word": "running for", "seconds": 60, "running": True}
    assert finished["elapsed"] == {"word": "took", "seconds": 60, "running": False}


def test_a_run_that_is_to_be_cancelled_says_so() -> None:
    assert run_summary(a_run(cancel_requested_at=NOW), BERLIN)["note"].startswith("Cancelling")


def test_a_cancelled_run_no_longer_says_that_it_is_being_cancelled() -> None:
    run = a_run("completed", "cancelled", cancel_requested_at=NOW, completed_at=NOW)

    assert run_summary(run, BERLIN)["note"] == ""


def test_an_unknown_state_is_quoted() -> None:
    summary = run_summary(a_run("exploded"), BERLIN)

    assert summary["status"]["value"] == "unknown"
    assert summary["note"] == "Stored as “exploded” with nothing as its outcome."


def test_attempts_and_deliveries_are_named_only_above_one() -> None:
    once = run_summary(a_run(), BERLIN)["facts"]
    again = run_summary(a_run(attempt=2, deliveries=3), BERLIN)["facts"]

    assert [fact["name"] for fact in once] == ["Tenant", "Started by"]
    assert again[2:] == [{"name": "Attempt", "value": "2"}, {"name": "Deliveries", "value": "3"}]


def test_a_finished_run_has_three_phases_with_their_durations() -> None:
    run = a_run("completed", "succeeded", completed_at=NOW)

    timeline = run_timeline(run, BERLIN)

    names = [(phase["name"], phase["seconds"]) for phase in timeline["phases"]]
    assert names == [("Queued", 60), ("Running", 60), ("Succeeded", None)]
    assert timeline["phases"][2]["at"] == "24 Nov 2026, 12:03:10"
    assert timeline["note"] == ""


def test_the_phase_that_goes_on_counts_on() -> None:
    queued = run_timeline(a_run("queued", started_at=None), BERLIN)["phases"]
    running = run_timeline(a_run(), BERLIN)["phases"]

    assert [(phase["name"], phase["running"]) for phase in queued] == [("Queued", True)]
    assert [phase["running"] for phase in running] == [False, True]


def test_a_run_cancelled_while_queued_never_ran() -> None:
    run = a_run("completed", "cancelled", started_at=None, completed_at=NOW)

    phases = run_timeline(run, BERLIN)["phases"]

    assert [(phase["name"], phase["seconds"]) for phase in phases] == [
        ("Queued", 120),
        ("Cancelled", None),
    ]


def test_times_out_of_order_are_noted_and_give_no_duration() -> None:
    run = a_run("completed", "failed", completed_at=NOW - timedelta(days=1))

    timeline = run_timeline(run, BERLIN)

    assert timeline["phases"][1]["seconds"] is None
    assert "out of order" in timeline["note"]


def test_a_missing_end_is_noted() -> None:
    timeline = run_timeline(a_run("completed", "failed"), BERLIN)

    assert timeline["phases"][2]["at"] == "–"
    assert timeline["note"] == "No time of its end was stored."


def test_phases_have_names_of_their_own_even_when_a_running_run_has_ended() -> None:
    phases = run_timeline(a_run(completed_at=NOW), BERLIN)["phases"]

    assert [phase["name"] for phase in phases] == ["Queued", "Running", "Finished"]


def test_short_context_stays_on_its_line_and_long_context_is_indented() -> None:
    run = a_run(context={"size": 500, "names": ["a", "b"], "deep": {"key": "v" * 80}})

    pairs = dict(run_context(run))

    assert pairs["size"] == "500"
    assert pairs["names"] == '["a", "b"]'
    assert pairs["deep"].splitlines()[0] == "{"


def test_huge_context_is_cut() -> None:
    run = a_run(context={f"key {n}": "x" * 100_000 for n in range(100)})

    pairs = run_context(run)

    assert len(pairs) == 41
    assert pairs[-1] == ("…", "and 60 more")
    assert len(pairs[0][1]) == 1200


def test_context_nested_beyond_reason_is_not_followed() -> None:
    deep: Any = []
    for _ in range(5_000):
        deep = [deep]

    assert run_context(a_run(context={"deep": deep}))[0][1]


@pytest.mark.parametrize(
    ("action", "actor", "details", "text"),
    [
        ("run.requested", "Ada", {}, "Requested by Ada"),
        ("run.cancel_requested", "Ada", {}, "Cancel requested by Ada"),
        ("run.cancelled", None, {}, "Cancelled by the system"),
        ("run.claimed", None, {"owner": "worker-1"}, "Taken by worker worker-1"),
        ("run.completed", None, {"outcome": "failed"}, "Completed: failed"),
        ("run.completed", None, ["?"], "Completed: unknown state"),
        ("run.requeued", None, {"reason": "its worker died"}, "Queued again: its worker died"),
        ("something.else", "Bo", None, "Something else by Bo"),
        ("", None, None, "Changed by the system"),
    ],
)
def test_the_trail_reads_as_sentences(
    action: str, actor: str | None, details: Any, text: str
) -> None:
    trail = RunDetails((RunEventEntry(NOW, action, actor, details),), ())

    assert run_events(trail, BERLIN) == [
        {"at": "24 Nov 2026, 12:03:10", "utc": "2026-11-24 11:03:10 UTC", "text": text}
    ]


def test_relatives_are_links_that_say_which_way() -> None:
    details = RunDetails(
        (),
        (RelatedRun(4, UxStatus.FAILED, NOW, False), RelatedRun(9, UxStatus.RUNNING, None, True)),
    )

    related = run_related(details, BERLIN)

    assert [link["href"] for link in related] == ["/operations/4", "/operations/9"]
    assert related[0]["text"].startswith("Starts again run 4, failed")
    assert related[1]["text"].startswith("Started again as run 9, running")


def test_a_row_draws_a_bar_only_while_the_run_is_running() -> None:
    counts = {"total": 4, "processed": 1}

    running = run_row(a_run(summary_counts=counts), BERLIN)
    failed = run_row(a_run("completed", "failed", summary_counts=counts), BERLIN)

    assert (running["progress"], running["percent"]) == ("25 %", 25)
    assert (failed["progress"], failed["percent"]) == ("25 %", None)


def test_work_without_tenant_or_person_is_named_all_the_same() -> None:
    row = run_row(a_run(initiator_name=None), BERLIN)

    assert (row["tenant"], row["initiator"]) == ("Whole workspace", "System")
