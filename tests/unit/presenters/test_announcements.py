"""What is read out of a change, to who cannot see it."""

from dataclasses import replace
from datetime import timedelta

from services.runs import RunListSnapshot, RunSnapshot
from tests.unit.presenters.factories import LOCALE, NOW, a_card, a_pack, a_run
from ui.presenters.announcements import list_change, pack_change, run_change


def a_list(*runs: RunSnapshot, new: int = 0) -> RunListSnapshot:
    return RunListSnapshot(NOW, runs, new)


def test_a_new_status_is_read_out() -> None:
    change = run_change(a_run("running"), a_run("completed", "failed"), LOCALE)

    assert change == "Run 7: Failed."


def test_progress_and_a_heartbeat_are_not() -> None:
    later = a_run(version=9, summary_counts={"total": 2, "processed": 1}, heartbeat_at=NOW)

    assert run_change(a_run(), later, LOCALE) == ""


def test_what_a_run_has_come_to_wait_for_is_read_out_once() -> None:
    beating = a_run(heartbeat_at=NOW, lease_until=NOW + timedelta(seconds=15), lease_owner="w1")
    silent = replace(beating, now=NOW + timedelta(seconds=60), version=4)

    change = run_change(beating, silent, LOCALE)

    assert change.startswith("Stalled since 12:03:10: no heartbeat from worker w1")
    assert run_change(silent, replace(silent, version=5), LOCALE) == ""


def test_of_a_list_what_has_changed_and_what_is_new() -> None:
    before = a_list(a_run(id=1), a_run(id=2))
    after = a_list(a_run("completed", "succeeded", id=1), a_run(id=2), new=3)

    assert list_change(before, before, LOCALE) == ""
    assert list_change(before, after, LOCALE) == "Run 1: Succeeded. 3 new runs"


def test_many_changes_at_once_are_only_counted() -> None:
    before = a_list(*(a_run(id=n) for n in range(5)))
    after = a_list(*(a_run("completed", "succeeded", id=n) for n in range(5)))

    assert list_change(before, after, LOCALE) == "5 runs have changed."


def test_fewer_new_runs_than_before_are_no_news() -> None:
    assert list_change(a_list(new=3), a_list(new=2), LOCALE) == ""


def test_a_pack_that_is_ready_is_read_out_and_its_progress_is_not() -> None:
    making = a_card(a_pack("generating"))
    further = a_card(a_pack("generating", summary={"stage": "audit", "share": 0.5}))

    assert pack_change(making, further, LOCALE) == ""
    assert pack_change(making, a_card(a_pack("ready")), LOCALE) == "Review pack: Ready."


def test_time_alone_makes_a_pack_expire_and_that_is_read_out() -> None:
    ready = a_card(a_pack("ready"))

    assert pack_change(ready, ready.at(NOW + timedelta(days=31)), LOCALE) == "Review pack: Expired."
