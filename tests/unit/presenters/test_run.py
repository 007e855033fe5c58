"""One run as its page and its row show it, sound or corrupt."""

import json
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policy.status import UxStatus
from services.related_runs import RelatedRun
from services.run_trail import RunEventEntry, RunTrail
from tests.unit.presenters.factories import LOCALE, NOW, a_run
from ui.presenters.run import (
    run_cancellation,
    run_context,
    run_failures,
    run_related,
    run_row,
    run_summary,
)
from ui.presenters.timeline import run_timeline
from ui.presenters.words import STATUS

_TIMES = st.none() | st.datetimes(timezones=st.just(NOW.tzinfo))
_ACTIONS = ["requested", "claimed", "retry_scheduled", "rescued", "completed", "late_report"]
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
    beat=_TIMES,
    action=st.text() | st.sampled_from(_ACTIONS),
    stored=_ANY_JSON,
)
def test_any_stored_run_can_be_shown(
    status: str | None,
    outcome: str | None,
    created: datetime | None,
    started: datetime | None,
    completed: datetime | None,
    beat: datetime | None,
    action: str,
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
        heartbeat_at=beat,
        lease_until=created,
        available_at=completed,
        worker_seen_at=beat,
        trail=RunTrail((RunEventEntry(beat, f"run.{action}", None, stored),), 3, 9),
    )

    views = [
        run_summary(run, LOCALE),
        run_timeline(run, LOCALE),
        run_failures(run, LOCALE),
        run_context(run, LOCALE),
        run_row(run, LOCALE),
    ]

    json.dumps(views, allow_nan=False, ensure_ascii=False).encode()


def test_every_status_has_a_word_an_icon_and_a_tone_of_its_own() -> None:
    assert set(STATUS) == set(UxStatus)
    assert len({words.word for words in STATUS.values()}) == len(UxStatus)
    assert len({words.icon for words in STATUS.values()}) == len(UxStatus)


def test_a_running_run_counts_on_and_a_finished_one_does_not() -> None:
    running = run_summary(a_run(), LOCALE)
    finished = run_summary(a_run("completed", "failed", completed_at=NOW), LOCALE)

    assert running["elapsed"] == {"word": "running for", "seconds": 60, "running": True}
    assert finished["elapsed"] == {"word": "took", "seconds": 60, "running": False}


def test_a_run_that_is_to_be_cancelled_says_so() -> None:
    assert run_summary(a_run(cancel_requested_at=NOW), LOCALE)["note"].startswith("Cancelling")


def test_a_program_outside_hears_of_the_cancellation_at_its_next_heartbeat() -> None:
    outside = a_run(runner="external", cancel_requested_at=NOW)

    assert "at its next heartbeat" in run_summary(outside, LOCALE)["note"]
    assert "at its next heartbeat" in run_cancellation(outside, LOCALE)
    assert "heartbeat" not in run_cancellation(a_run(), LOCALE)


def test_who_runs_it_is_named_by_whoever_reports_it() -> None:
    outside = a_run(runner="external", lease_owner="hr-feed (Ada)")
    finished = a_run("completed", "failed", runner="external", completed_at=NOW)
    inside = a_run(lease_owner="w1")

    facts = [run_summary(run, LOCALE)["facts"][2] for run in (outside, finished, inside)]

    assert facts == [
        {"name": "Where", "value": "outside, as reported by hr-feed (Ada)"},
        {"name": "Where", "value": "outside, as reported by another program"},
        {"name": "Worker", "value": "w1"},
    ]


def test_a_cancelled_run_no_longer_says_that_it_is_being_cancelled() -> None:
    run = a_run("completed", "cancelled", cancel_requested_at=NOW, completed_at=NOW)

    assert run_summary(run, LOCALE)["note"] == ""


def test_an_unknown_state_is_quoted() -> None:
    summary = run_summary(a_run("exploded"), LOCALE)

    assert summary["status"]["value"] == "unknown"
    assert summary["note"] == "Stored as “exploded” with nothing as its outcome."


def test_attempts_and_deliveries_are_named_only_above_one() -> None:
    once = run_summary(a_run(), LOCALE)["facts"]
    again = run_summary(a_run(attempt=2, deliveries=3), LOCALE)["facts"]

    assert [fact["name"] for fact in once] == ["Tenant", "Started by"]
    assert again[2:] == [{"name": "Attempt", "value": "2"}, {"name": "Deliveries", "value": "3"}]


def test_short_context_stays_on_its_line_and_long_context_is_indented() -> None:
    run = a_run(context={"size": 500, "names": ["a", "b"], "deep": {"key": "v" * 80}})

    pairs = dict(run_context(run, LOCALE))

    assert pairs["size"] == "500"
    assert pairs["names"] == '["a", "b"]'
    assert pairs["deep"].splitlines()[0] == "{"


def test_huge_context_is_cut() -> None:
    run = a_run(context={f"key {n}": "x" * 100_000 for n in range(100)})

    pairs = run_context(run, LOCALE)

    assert len(pairs) == 41
    assert pairs[-1] == ("…", "and 60 more")
    assert len(pairs[0][1]) == 1200


def test_context_nested_beyond_reason_is_not_followed() -> None:
    deep: Any = []
    for _ in range(5_000):
        deep = [deep]

    assert run_context(a_run(context={"deep": deep}), LOCALE)[0][1]


def test_relatives_are_links_that_say_which_way() -> None:
    relatives = (
        RelatedRun(4, UxStatus.FAILED, NOW, False),
        RelatedRun(9, UxStatus.RUNNING, None, True),
    )

    related = run_related(relatives, LOCALE)

    assert [link["href"] for link in related] == ["/operations/4", "/operations/9"]
    assert related[0]["text"].startswith("Starts again run 4, failed")
    assert related[1]["text"].startswith("Started again as run 9, running")


def test_a_row_draws_a_bar_only_while_the_run_is_running() -> None:
    counts = {"total": 4, "processed": 1}

    running = run_row(a_run(summary_counts=counts), LOCALE)
    failed = run_row(a_run("completed", "failed", summary_counts=counts), LOCALE)

    assert (running["progress"], running["percent"]) == ("25 %", 25)
    assert (failed["progress"], failed["percent"]) == ("25 %", None)


def test_work_without_tenant_or_person_is_named_all_the_same() -> None:
    row = run_row(a_run(initiator_name=None), LOCALE)

    assert (row["tenant"], row["initiator"]) == ("Whole workspace", "System")
