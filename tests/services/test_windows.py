"""Many lists at once: one statement for each filter, and each list told what it alone would be."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun, Tenant, User, Workspace
from policy.access import Scope
from services import window_groups, window_statement
from services.database import Database
from services.run_filters import ANY_RUN, RunFilter
from services.run_matching import conditions, visible
from services.run_snapshot import RunSnapshot
from services.run_window import RunListSnapshot, RunWindow
from services.runs import find_runs
from services.window_reading import find_window, find_windows
from services.window_statement import windows_statement
from tests.services.statements import explained, statements

NOW = datetime.now(UTC)
RUNS, WORKSPACES, TENANTS = 60, 2, 4
MOST_NEW, MOST_NEWER = 5, 12
STATES = (
    ("queued", None),
    ("running", None),
    ("completed", "failed"),
    ("completed", "succeeded"),
    ("odd", None),
)
FILTERS = (
    ANY_RUN,
    RunFilter(is_oldest_first=True),
    RunFilter(statuses=("failed", "unknown")),
    RunFilter(types=("kind.1",)),
    RunFilter(tenant_slug="tenant-1"),
    RunFilter(initiator_id=0),
    RunFilter(last="1h"),
    RunFilter(text="needle", statuses=("running",)),
)
SCOPES = st.one_of(
    st.builds(Scope, st.sampled_from([1, 2]), st.none()),
    st.builds(Scope, st.sampled_from([1, 2]), st.frozensets(st.integers(1, TENANTS), max_size=3)),
)
WINDOWS = st.builds(
    RunWindow,
    SCOPES,
    st.sampled_from([None, None, 1, 2, 99]),
    st.lists(st.integers(1, RUNS + 5), max_size=8).map(tuple),
    st.integers(0, RUNS + 5),
    st.sampled_from(FILTERS),
)


@pytest.fixture
def runs(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Sixty runs of two workspaces and four tenants, of all sorts."""
    for module in (window_groups, window_statement):
        monkeypatch.setattr(module, "MOST_NEW_RUNS", MOST_NEW)
        monkeypatch.setattr(module, "MOST_NEWER", MOST_NEWER)
    window_statement.windows_statement.cache_clear()
    with database.writing() as session:
        session.add_all(Workspace(slug=f"ws-{n}", name=f"W {n}") for n in range(1, WORKSPACES + 1))
        session.add(User(email="ada@example.test", name="Ada", password_hash="none"))
        session.flush()
        for n in range(1, TENANTS + 1):
            place = {"workspace_id": 1 + n % WORKSPACES, "slug": f"tenant-{n}", "name": f"T {n}"}
            session.execute(insert(Tenant).values(**place))
        session.execute(insert(OperationRun), [a_run(n) for n in range(RUNS)])
    yield database
    window_statement.windows_statement.cache_clear()


def a_run(n: int) -> dict[str, Any]:
    status, outcome = STATES[(n * 7) % len(STATES)]
    tenant = 1 + n % TENANTS
    return {
        "workspace_id": 1 + tenant % WORKSPACES,
        "tenant_id": None if n % 5 == 0 else tenant,
        "initiated_by_user_id": 1 if n % 3 else None,
        "type": f"kind.{n % 3}",
        "status": status,
        "outcome": outcome,
        "context": {"text": "needle" if n % 2 else "hay"},
        "created_at": NOW - timedelta(minutes=3 * (RUNS - n)),
    }


def expected(session: Session, window: RunWindow) -> RunListSnapshot:
    """What the definition of a window says, one plain question after the other."""
    seen = set(session.scalars(select(OperationRun.id).where(visible_to(window))))
    wanted_of = conditions(window.wanted, window.scope).values()
    wanted = set(session.scalars(select(OperationRun.id).where(visible_to(window), *wanted_of)))
    newer = sorted(run_id for run_id in seen if run_id > window.newest_known_id)
    if not window.wanted.is_empty:
        newer = newer[-MOST_NEWER:]
    new_runs = min(len(wanted.intersection(newer)), MOST_NEW)
    is_cut = not window.wanted.is_empty and len(newer) == MOST_NEWER
    shown = find_runs(session, seen.intersection(window.run_ids))
    newest_first = sorted((as_of(run) for run in shown), key=lambda run: -run.id)
    return RunListSnapshot(NOW, tuple(newest_first), new_runs, is_cut and new_runs < MOST_NEW)


def visible_to(window: RunWindow) -> Any:
    return visible(window.scope, window.tenant_id)


def as_of(run: RunSnapshot) -> RunSnapshot:
    return replace(run, now=NOW)


def plain(snapshot: RunListSnapshot) -> RunListSnapshot:
    return replace(snapshot, now=NOW, runs=tuple(map(as_of, snapshot.runs)))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(windows=st.lists(WINDOWS, max_size=12), moved=st.sets(st.integers(1, RUNS), max_size=6))
def test_every_list_is_told_what_it_alone_would_be(
    runs: Database, windows: list[RunWindow], moved: set[int]
) -> None:
    with runs.reading() as session:
        known = find_windows(session, windows)
    with runs.writing() as session:
        bump = {"version": OperationRun.version + 1, "context": {"moved": sorted(moved)}}
        session.execute(update(OperationRun).where(col(OperationRun.id).in_(moved)).values(**bump))

    with runs.reading() as session:
        found = find_windows(session, windows, known)
        fresh = find_windows(session, windows)
        right = {window: expected(session, window) for window in windows}

    assert {window: plain(snapshot) for window, snapshot in found.items()} == right
    assert {window: plain(snapshot) for window, snapshot in fresh.items()} == right


def test_all_lists_with_one_filter_are_one_statement(runs: Database) -> None:
    failed = RunFilter(statuses=("failed",))
    whole, of_tenant = Scope(1, None), Scope(1, frozenset({1}))
    windows = [
        RunWindow(scope, None, (n, n + 1), n, wanted)
        for scope in (whole, of_tenant)
        for n in (10, 20, 30)
        for wanted in (failed, replace(failed, is_oldest_first=True))
    ]

    with statements(runs.engine) as seen, runs.reading() as session:
        found = find_windows(session, windows)

    assert len([sql for sql in seen if "SELECT" in sql]) == 1
    assert set(found) == set(windows)
    assert len({snapshot.now for snapshot in found.values()}) == 1


def test_each_run_is_made_once_however_many_lists_show_it(runs: Database) -> None:
    ids = tuple(range(1, 20))
    whole = [RunWindow(Scope(1, None), None, ids, newest) for newest in (20, 30)]
    of_tenants = RunWindow(Scope(1, frozenset({1, 2, 3, 4})), None, ids, 20)

    with runs.reading() as session:
        found = find_windows(session, [*whole, of_tenants])

    assert found[whole[0]].runs is found[whole[1]].runs
    made = {run.id: run for run in found[whole[0]].runs}
    assert found[of_tenants].runs
    assert all(made[run.id] is run for run in found[of_tenants].runs)


def test_what_a_list_may_not_show_is_not_in_it_though_another_list_shows_it(
    runs: Database,
) -> None:
    ids = tuple(range(1, RUNS + 1))
    whole = RunWindow(Scope(1, None), None, ids, 0)
    of_tenant = RunWindow(Scope(1, frozenset({2})), None, ids, 0)
    of_nobody = RunWindow(Scope(1, frozenset({2})), 4, ids, 0)
    with runs.reading() as session:
        known = find_windows(session, [whole, of_tenant, of_nobody])
        found = find_windows(session, [of_tenant, of_nobody], known)

    assert len(known[whole].runs) > len(found[of_tenant].runs) > 0
    assert {run.tenant_id for run in found[of_tenant].runs} == {2}
    assert (found[of_nobody].runs, found[of_nobody].new_runs) == ((), 0)


def test_no_list_asks_for_nothing(runs: Database) -> None:
    with statements(runs.engine) as seen, runs.reading() as session:
        assert find_windows(session, []) == {}

    assert seen == []


@pytest.mark.parametrize("wanted", [ANY_RUN, RunFilter(tenant_slug="tenant-1", text="needle")])
def test_newer_runs_are_sought_by_the_index_of_the_workspace_or_of_the_tenant(
    sqlite_database: Database, wanted: RunFilter
) -> None:
    with statements(sqlite_database.engine) as seen, sqlite_database.reading() as session:
        find_window(session, RunWindow(Scope(1, None), None, (1,), 0, wanted))

    plan = explained(sqlite_database, seen[-1])
    sought = [step for step in plan if " newer " in step]
    assert "ix_operation_run_workspace (workspace_id=? AND id>?)" in sought[0]
    assert "ix_operation_run_tenant (tenant_id=? AND id>?)" in sought[1]
    tables = ("operation_run", "newer", "tenant ", "initiator")
    assert not [step for step in plan if step.startswith(tuple(f"SCAN {t}" for t in tables))]
    assert not [step for step in plan if "B-TREE" in step]


def test_postgresql_looks_each_run_up_and_reads_no_whole_table(
    postgres_database: Database,
) -> None:
    with postgres_database.writing() as session:
        session.add(Workspace(slug="northwind", name="Northwind"))
        session.flush()
        session.execute(
            text(
                "INSERT INTO operation_run (workspace_id, type)"
                " SELECT 1, repeat('long', 400) FROM generate_series(1, 20000)"
            )
        )
        session.execute(text("ANALYZE operation_run"))
    asked = json.dumps([(0, 1, None, 0, [(1, -1, None), (None, None, None)])])

    with postgres_database.reading() as session:
        query = windows_statement(ANY_RUN).compile(dialect=session.get_bind().dialect)
        given = query.construct_params({"groups": asked})
        plan = session.connection().exec_driver_sql(f"EXPLAIN {query}", given).scalars().all()

    assert not [step for step in plan if "Seq Scan on operation_run" in step]
    newer = [step for step in plan if " newer" in step]
    assert "Backward using ix_operation_run_workspace" in newer[0]
    assert "Backward using ix_operation_run_tenant" in newer[1]
