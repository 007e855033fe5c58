from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policy.status import UxStatus
from services.packs.durations import Durations
from services.packs.run_evidence import RunRow
from services.packs.run_statistics import MOST_RUNS_SHOWN, OTHERS, RunStatistics

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)


def run(number: int, outcome: str | None = "succeeded", **fields: Any) -> RunRow:
    created = BEGIN + timedelta(minutes=number)
    given: dict[str, Any] = {
        "id": number,
        "type": "directory.sync",
        "status": "completed",
        "outcome": outcome,
        "initiator": None,
        "initiator_email": None,
        "created_at": created,
        "started_at": created,
        "completed_at": created + timedelta(seconds=10),
        "counts": {},
        "failures": [],
        "attempt": 1,
        "retry_of_id": None,
        "times": ("", "", ""),
    }
    return RunRow(**(given | fields))


def counted(*runs: RunRow, details: bool = False) -> RunStatistics:
    statistics = RunStatistics(include_failure_details=details)
    for row in runs:
        statistics.add(row)
    return statistics


def failed(number: int, code: str = "timeout", count: Any = 1, **fields: Any) -> RunRow:
    entry = {"code": code, "message": "No answer", "count": count, "sample": "GET /"}
    return run(number, "failed", failures=[entry], **fields)


def test_cancelled_and_unfinished_runs_do_not_touch_the_success_rate() -> None:
    statistics = counted(
        run(1),
        run(2),
        run(3, "partially_succeeded"),
        failed(4),
        run(5, "cancelled"),
        run(6, None, status="running"),
        run(7, "Succeeded"),
    )

    tally = statistics.all.tally
    assert tally.total == 7
    assert tally.success_rate == pytest.approx(0.5)
    assert tally.of(UxStatus.UNKNOWN) == 1


def test_without_a_run_that_ended_there_is_no_rate() -> None:
    assert counted(run(1, None, status="queued")).all.tally.success_rate is None


def test_a_later_success_of_the_same_type_mends_a_failure() -> None:
    groups = counted(failed(1), run(2, type="other"), run(3)).failures.groups()

    (group,) = groups
    assert group.is_recovered
    assert group.recovered_at == BEGIN + timedelta(minutes=3)


@pytest.mark.parametrize(
    "after",
    [
        [],
        [run(3, type="other")],
        [run(3, "partially_succeeded")],
        [run(3, created_at=BEGIN)],  # a later id, but an earlier time
    ],
)
def test_nothing_else_mends_a_failure(after: list[RunRow]) -> None:
    (group,) = counted(failed(2), *after).failures.groups()

    assert group.is_recovered is False
    assert group.recovered_at is None


def test_a_group_knows_its_first_and_last_run_in_time() -> None:
    statistics = counted(failed(5, count=3), failed(2, count=4), failed(9, count="many"))

    (group,) = statistics.failures.groups()
    assert (group.first_run_id, group.last_run_id) == (2, 9)
    assert (group.runs, group.occurrences) == (3, 8)
    assert (group.first_at, group.last_at) == (
        BEGIN + timedelta(minutes=2),
        BEGIN + timedelta(minutes=9),
    )


def test_a_run_that_failed_without_a_word_is_a_failure_too() -> None:
    (group,) = counted(run(1, "failed")).failures.groups()

    assert group.code == "unspecified"


@pytest.mark.parametrize("stored", ["broken", 7, {"code": "x"}, [3, "text", None], [[]]])
def test_failures_that_are_no_list_of_objects_are_none(stored: object) -> None:
    assert counted(run(1, failures=stored)).failures.groups() == []


def test_details_are_only_kept_when_asked_for() -> None:
    (without,) = counted(failed(1)).failures.groups()
    (with_,) = counted(failed(1), details=True).failures.groups()

    assert (without.message, without.sample) == ("", "")
    assert (with_.message, with_.sample) == ("No answer", "GET /")


def test_past_300_groups_the_rest_is_one_that_says_so() -> None:
    statistics = counted(*(failed(n, f"code-{n}") for n in range(400)), run(500))

    groups = statistics.failures.groups()
    assert len(groups) == 301
    (others,) = [group for group in groups if group.code == OTHERS]
    assert others.runs == 100
    assert others.is_recovered is None


def test_past_200_types_and_initiators_the_others_share_a_line() -> None:
    statistics = counted(*(run(n, type=f"type-{n}", initiator=f"{n}") for n in range(300)))

    assert len(statistics.by_type()) == len(statistics.by_initiator()) == 201
    assert statistics.by_type()[0][0] == OTHERS
    assert statistics.by_type()[0][1].tally.total == 100
    assert statistics.all.tally.total == 300


def test_only_the_latest_runs_are_kept() -> None:
    statistics = counted(*(run(n) for n in range(500)))

    assert len(statistics.latest) == MOST_RUNS_SHOWN
    assert statistics.latest[-1].id == 499


def test_a_run_that_ended_before_it_began_has_no_duration() -> None:
    statistics = counted(run(1, completed_at=BEGIN - timedelta(days=1)))

    assert statistics.all.durations.percentile(0.5) is None


def test_percentiles_are_right_to_a_few_per_cent() -> None:
    durations = Durations()
    for seconds in range(1, 1001):
        durations.add(seconds)
    durations.add(0.0)

    assert durations.percentile(0.5) == pytest.approx(500, rel=0.03)
    assert durations.percentile(0.95) == pytest.approx(950, rel=0.03)
    assert durations.longest == 1000
