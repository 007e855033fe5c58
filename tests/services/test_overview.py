"""What the overview reads: the own scope only, of a bounded past, by an index."""

from datetime import timedelta

import pytest
from sqlalchemy import event, insert

from models import Worker
from policy.access import Scope
from policy.failure_state import FailureState
from policy.status import UxStatus
from services.database import Database
from services.overview import activity, failing_runs, reading
from services.overview.failures import FailureGroup
from services.overview.reading import OverviewSnapshot, WeekSnapshot, find_overview, find_week
from services.overview.window import hours_before
from tests.databases import sqlite_only
from tests.services.ended_runs import a_failure, add_active, add_tenant, end, now_of
from tests.services.runs import add_workspace

HOUR, DAY = 3600.0, 86_400.0


def read(database: Database, scope: Scope) -> OverviewSnapshot:
    with database.reading() as session:
        return find_overview(session, scope)


def read_week(database: Database, scope: Scope) -> WeekSnapshot:
    with database.reading() as session:
        return find_week(session, scope)


def groups(database: Database, scope: Scope) -> dict[str, FailureGroup]:
    return {group.code: group for group in read(database, scope).failures.groups}


def test_a_new_instance_has_nothing_to_show(database: Database) -> None:
    scope = Scope(add_workspace(database), None)

    overview, week = read(database, scope), read_week(database, scope)

    assert overview.activity.is_idle
    assert (overview.day.total, week.outcomes.total) == (0, 0)
    assert (overview.failures.groups, week.types) == ((), ())
    assert not overview.failures.is_cut


def test_what_runs_is_counted_and_the_longest_come_first(database: Database) -> None:
    here = add_workspace(database)
    now, tenant = now_of(database), add_tenant(database, here, "contoso")
    for age in (5, 500, 50, 1, 2, 3, 4):
        add_active(
            database, here, "running", started_at=now - timedelta(seconds=age), tenant_id=tenant
        )
    add_active(database, add_workspace(database, "there"), "running", started_at=now)

    found = read(database, Scope(here, None)).activity

    assert found.running == 7
    assert [(now - run.since).total_seconds() for run in found.longest if run.since] == [
        *(500, 50, 5, 4, 3)
    ]
    assert {run.tenant_name for run in found.longest} == {"Contoso"}
    assert not found.is_idle


def test_the_queue_counts_what_is_due_and_tells_since_when_the_oldest_waits(
    database: Database,
) -> None:
    here = add_workspace(database)
    now = now_of(database)
    add_active(database, here, "queued", created_at=now - timedelta(seconds=30))
    # It was put off, and has only waited since it became due.
    was_put_off = {
        "created_at": now - timedelta(days=1),
        "available_at": now - timedelta(minutes=2),
    }
    add_active(database, here, "queued", **was_put_off)
    add_active(database, here, "queued", available_at=now + timedelta(hours=1))

    found = read(database, Scope(here, None)).activity

    assert (found.queued, found.put_off) == (2, 1)
    assert found.oldest_since == now - timedelta(minutes=2)


@pytest.mark.parametrize(("seen", "is_abandoned"), [(None, True), (40, True), (5, False)])
def test_a_queue_without_a_worker_is_noticed(
    database: Database, seen: int | None, is_abandoned: bool
) -> None:
    here = add_workspace(database)
    add_active(database, here, "queued")
    if seen is not None:
        with database.writing() as session:
            seen_at = now_of(database) - timedelta(seconds=seen)
            session.execute(insert(Worker).values(name="w1", seen_at=seen_at))

    assert read(database, Scope(here, None)).activity.is_abandoned is is_abandoned


def test_what_waits_for_a_program_outside_misses_no_worker(database: Database) -> None:
    here = add_workspace(database)
    add_active(database, here, "queued", runner="external")

    found = read(database, Scope(here, None)).activity

    assert (found.queued, found.is_abandoned) == (1, False)


def test_outcomes_are_counted_by_the_hour_of_their_end(database: Database) -> None:
    here = add_workspace(database)
    for outcome in ("succeeded", "succeeded", "partially_succeeded", "failed", "cancelled", "Odd"):
        end(database, here, outcome, ago=HOUR)
    end(database, here, ago=3 * HOUR)
    end(database, here, ago=3 * DAY)

    day = read(database, Scope(here, None)).day
    week = read_week(database, Scope(here, None)).outcomes

    counts = {status: day.of(status) for status in UxStatus}
    assert counts == {
        UxStatus.SUCCEEDED: 3,
        UxStatus.PARTIAL: 1,
        UxStatus.FAILED: 1,
        UxStatus.CANCELLED: 1,
        UxStatus.UNKNOWN: 1,
        UxStatus.QUEUED: 0,
        UxStatus.RUNNING: 0,
    }
    assert week.total == day.total + 1
    assert all((hour.hour.minute, hour.hour.second) == (0, 0) for hour in week.hours)


def test_all_that_ended_in_the_last_24_hours_is_of_the_last_day(database: Database) -> None:
    here = add_workspace(database)
    end(database, here, ago=DAY - 1)
    end(database, here, ago=DAY + HOUR + 1)

    day = read(database, Scope(here, None)).day

    assert day.total == 1
    assert day.window.since == hours_before(now_of(database), 24)


def test_a_scope_shows_its_own_tenants_numbers_only(database: Database) -> None:
    here = add_workspace(database)
    own, other = add_tenant(database, here, "contoso"), add_tenant(database, here, "adatum")
    for tenant in (own, other, other, None):
        end(database, here, "failed", tenant_id=tenant, failures=[a_failure()])
        add_active(database, here, "running", tenant_id=tenant)
        add_active(database, here, "queued", tenant_id=tenant)
    end(database, add_workspace(database, "there"), "failed")
    scope = Scope(here, frozenset({own}))

    overview, week = read(database, scope), read_week(database, scope)

    assert (overview.activity.running, overview.activity.queued) == (1, 1)
    assert (overview.day.total, week.outcomes.total) == (1, 1)
    assert [(t.ended, t.failed) for t in week.types] == [(1, 1)]
    group = overview.failures.groups[0]
    assert [(tenant.id, tenant.runs) for tenant in group.tenants] == [(own, 1)]
    assert read(database, Scope(here, None)).day.total == 4


def test_types_tell_their_failures_and_typical_durations(database: Database) -> None:
    here = add_workspace(database)
    for seconds in range(1, 21):
        end(database, here, type="slow", took=float(seconds))
    end(database, here, "failed", type="slow", took=9999)
    end(database, here, "cancelled", type="slow", took=9999)
    end(database, here, type="rare")

    types = {found.type: found for found in read_week(database, Scope(here, None)).types}

    assert (types["slow"].ended, types["slow"].failed) == (21, 1)
    assert types["slow"].half == pytest.approx(10, abs=0.01)
    assert types["slow"].most == pytest.approx(19, abs=0.01)
    assert types["rare"].half is None


def test_failures_of_one_code_and_type_are_one_group_with_the_tenants_they_hit(
    database: Database,
) -> None:
    here = add_workspace(database)
    contoso, adatum = add_tenant(database, here, "contoso"), add_tenant(database, here, "adatum")
    end(database, here, "failed", tenant_id=adatum, failures=[a_failure()])
    end(database, here, "failed", tenant_id=contoso, failures=[a_failure()])
    newest = end(
        database,
        here,
        "partially_succeeded",
        tenant_id=contoso,
        failures=[a_failure(), a_failure("x")],
    )
    end(database, here, "failed", type="mailbox.archive", failures=[a_failure()])

    found = read(database, Scope(here, None)).failures.groups

    assert [(g.type, g.code) for g in found] == [
        ("mailbox.archive", "throttled"),
        ("directory.sync", "throttled"),
        ("directory.sync", "x"),
    ]
    assert len({g.fingerprint for g in found}) == 3
    group = found[1]
    assert (group.runs, group.last_run_id) == (3, newest)
    assert [(t.slug, t.runs) for t in group.tenants] == [("contoso", 2), ("adatum", 1)]
    assert group.message == "It asked to slow down"
    assert set(group.statuses) == {UxStatus.FAILED, UxStatus.PARTIAL}


@pytest.mark.parametrize(
    "stored",
    [None, "no list", {"code": "x"}, [1, "two"], [], [{"code": None}], ["x" * 30_000]],
    ids=str,
)
def test_a_failed_run_whose_failures_make_no_sense_is_a_failure_all_the_same(
    database: Database, stored: object
) -> None:
    here = add_workspace(database)
    end(database, here, "failed", failures=stored)

    assert set(groups(database, Scope(here, None))) == {"unspecified"}


def test_a_later_success_of_the_type_clears_the_tenant_and_that_of_every_tenant_the_group(
    database: Database,
) -> None:
    here = add_workspace(database)
    contoso, adatum = add_tenant(database, here, "contoso"), add_tenant(database, here, "adatum")
    scope = Scope(here, None)
    end(database, here, tenant_id=contoso)
    for tenant in (contoso, adatum):
        end(database, here, "failed", tenant_id=tenant, failures=[a_failure()])
    end(database, here, type="mailbox.archive", tenant_id=adatum)
    assert groups(database, scope)["throttled"].state is FailureState.OPEN

    end(database, here, tenant_id=contoso)
    partly = groups(database, scope)["throttled"]
    end(database, here, tenant_id=adatum)
    whole = groups(database, scope)["throttled"]

    assert partly.state is FailureState.OPEN
    assert [t.id for t in partly.tenants if t.standing.is_open] == [adatum]
    assert set(partly.newest) == {adatum}
    assert whole.state is FailureState.CLEARED


def test_a_run_that_was_requested_before_the_failure_is_no_later_success(
    database: Database,
) -> None:
    here = add_workspace(database)
    end(database, here, ago=5)  # it ended last, but was requested first
    end(database, here, "failed", ago=60, failures=[a_failure()])

    assert groups(database, Scope(here, None))["throttled"].state is FailureState.OPEN


def test_trouble_comes_before_what_is_over(database: Database) -> None:
    here = add_workspace(database)
    end(database, here, "failed", type="still", failures=[a_failure("old")])
    end(database, here, "failed", type="over", failures=[a_failure("new")])
    end(database, here, type="over")

    found = read(database, Scope(here, None)).failures.groups

    assert [group.code for group in found] == ["old", "new"]


def test_more_than_can_be_read_is_cut_and_said_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = add_workspace(database)
    for number in range(6):
        ago = (6 - number) * 60.0
        end(database, here, "failed", ago=ago, failures=[a_failure(f"c{number}")])
    monkeypatch.setattr(reading, "MOST_OF_DAY", 3)
    monkeypatch.setattr(activity, "MOST_ACTIVE", 2)
    for _ in range(3):
        add_active(database, here, "queued")

    overview = read(database, Scope(here, None))

    assert overview.day.window.is_cut
    assert 3 <= overview.day.total <= 4
    assert overview.failures.is_cut
    assert overview.activity.queued == 2


@pytest.mark.parametrize("name", ["MOST_RUNS", "MOST_GROUPS"])
def test_the_failures_end_where_reading_them_does(
    database: Database, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    here = add_workspace(database)
    for number in range(4):
        end(database, here, "failed", failures=[a_failure(f"c{number}")])
    monkeypatch.setattr(failing_runs, name, 2)

    found = read(database, Scope(here, None)).failures

    assert {group.code for group in found.groups} == {"c3", "c2"}
    assert found.is_cut


@sqlite_only
def test_times_that_are_none_take_nothing_down(database: Database) -> None:
    here = add_workspace(database)
    end(database, here, "failed", failures=[a_failure()])
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO operation_run (workspace_id, type, status, outcome, completed_at) "
            "VALUES (?, 'x', 'completed', 'failed', 'yesterday')",
            (here,),
        )

    overview, week = read(database, Scope(here, None)), read_week(database, Scope(here, None))

    assert overview.day.total == 1
    assert len(overview.failures.groups) == 2
    assert {found.type for found in week.types} == {"directory.sync", "x"}


@sqlite_only
@pytest.mark.parametrize("of_tenants", [None, frozenset({1}), frozenset({1, 2})])
def test_no_read_goes_through_all_runs(
    database: Database, of_tenants: frozenset[int] | None
) -> None:
    here = add_workspace(database)
    end(database, here, "failed", failures=[a_failure()])
    if of_tenants:
        tenant = add_tenant(database, here, "contoso")
        end(database, here, "failed", tenant_id=tenant, failures=[a_failure()])
    with database.engine.begin() as connection:
        for columns in ("workspace_id, outcome, id", "workspace_id, created_at, id"):
            name = columns.replace(", ", "_")  # others may fit, and must not tempt
            connection.exec_driver_sql(f"CREATE INDEX {name} ON operation_run ({columns})")
    statements: list[tuple[str, object]] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _c, _cur, sql, values, _ctx, _m: statements.append((sql, values)),
    )
    scope = Scope(here, of_tenants)
    with database.reading() as session:
        find_overview(session, scope)
        find_week(session, scope)
        asked = [one for one in statements if "FROM operation_run" in one[0]]
        steps = [
            row[3]
            for sql, values in asked
            for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
            if "operation_run" in row[3]
        ]

    assert len(asked) == 10
    for step in steps:
        assert step.startswith(
            (
                "SEARCH operation_run USING INDEX ix_operation_run_completed (workspace_id=? AND "
                "completed_at>?)",
                "SEARCH operation_run USING INDEX ix_operation_run_active (status=?)",
            )
        )
