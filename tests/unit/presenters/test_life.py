"""What a run waits for, or since when its holder is silent, as it is said to people."""

from datetime import timedelta
from typing import Any

import pytest

from services.queue_place import MOST_AHEAD
from services.runs import RunSnapshot
from tests.unit.presenters.factories import LOCALE, NOW, a_run
from ui.presenters.life import run_heartbeat, run_life


def queued(**columns: Any) -> RunSnapshot:
    row: dict[str, Any] = {"worker_seen_at": NOW, "started_at": None, "queue_position": 4}
    return a_run("queued", **{**row, **columns})


def running(silence: float, **columns: Any) -> RunSnapshot:
    beat = NOW - timedelta(seconds=silence)
    row: dict[str, Any] = {"heartbeat_at": beat, "lease_until": beat + timedelta(seconds=30)}
    return a_run("running", **{**row, "lease_owner": "w1", **columns})


def words(run: RunSnapshot) -> str:
    life = run_life(run, LOCALE)
    return "" if life is None else life["text"]


@pytest.mark.parametrize(
    ("position", "text"),
    [
        (1, "Waiting for a worker: it is next in the queue."),
        (4, "Waiting for a worker: number 4 in the queue."),
        (MOST_AHEAD + 1, "Waiting for a worker: number 1,001 in the queue."),
        (MOST_AHEAD + 2, "Waiting for a worker: more than 1,000 runs are ahead of it."),
        (None, "Waiting for a worker."),
    ],
)
def test_waiting_names_the_place_in_the_queue(position: int | None, text: str) -> None:
    assert words(queued(queue_position=position)) == text


def test_what_a_limit_keeps_back_does_not_wait_for_a_worker() -> None:
    assert words(queued(has_room=False)).startswith("Waiting for its turn:")


def test_that_no_worker_is_running_says_since_when() -> None:
    gone = queued(worker_seen_at=NOW - timedelta(seconds=40))
    yesterday = queued(worker_seen_at=NOW - timedelta(days=1))

    assert words(gone).startswith("No worker is running: none has been seen since 12:02:30.")
    assert "since 23 Nov 12:03:10" in words(yesterday)
    assert "none has been seen yet" in words(queued(worker_seen_at=None))


def test_what_is_put_off_says_until_when() -> None:
    due = NOW + timedelta(seconds=20)

    assert words(queued(available_at=due, attempt=2)) == "Next attempt at 12:03:30."
    assert words(queued(available_at=due)) == "It is put off until 12:03:30."


def test_a_silent_worker_is_named_before_any_verdict_and_with_what_comes_next() -> None:
    assert words(running(3)) == ""
    assert words(running(20)) == "Stalled since 12:02:50: no heartbeat from worker w1 since then."
    assert words(running(40)).endswith("so another worker gets it in a moment.")
    assert words(running(40, cancel_requested_at=NOW)).endswith("as cancelled in a moment.")


def test_a_silent_program_outside_is_about_to_be_lost() -> None:
    silent = running(40, runner="external", lease_owner="hr-feed")

    assert words(silent).startswith(
        "Stalled since 12:02:30: no heartbeat from the program outside (hr-feed)"
    )
    assert words(silent).endswith("contact counts as lost in a moment.")
    assert words(queued(runner="external")) == "Waiting for the program outside to begin."


def test_the_age_of_the_heartbeat_is_where_the_browser_counts_on_from() -> None:
    assert run_heartbeat(running(3)) == {"at": "2026-11-24T11:03:07+00:00", "seconds": 3.0}
    assert run_heartbeat(running(20)) is not None
    assert run_heartbeat(a_run()) is None
    assert run_heartbeat(queued()) is None
    assert run_heartbeat(a_run("completed", "failed", heartbeat_at=NOW)) is None
