"""Pages of runs that match: whole and in order, however far is looked, and by an index."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import OperationRun, Tenant, User, Workspace
from policy.access import Scope
from policy.status import UxStatus
from services import run_counts, run_search
from services.database import Database
from services.run_counts import MOST_COUNTED, CappedCount, count_by_status
from services.run_filters import RunFilter
from services.run_list import AskedList, find_list
from services.run_matching import matching
from services.run_order import is_place
from services.run_search import find_matching
from services.runs import RunWindow, find_window
from tests.databases import sqlite_only

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
COUNT = 130
STATES = (
    ("completed", "succeeded"),
    ("completed", "failed"),
    ("running", None),
    ("completed", "succeeded"),
    ("queued", None),
    ("completed", "partially_succeeded"),
    ("Completed", "failed"),
    ("completed", "cancelled"),
    ("completed", "splendid"),
    ("queued", "failed"),
)
PERIOD = {"created_from": NOW - timedelta(hours=90), "created_before": NOW - timedelta(hours=20)}
FILTERS = {
    "all": {},
    "failed": {"statuses": ("failed",)},
    "unknown": {"statuses": ("unknown",)},
    "queued or cancelled": {"statuses": ("queued", "cancelled")},
    "two types": {"types": ("kind.1", "kind.2")},
    "tenant": {"tenant_slug": "one"},
    "by a person": {"initiator_id": 1},
    "by the system": {"initiator_id": 0},
    "period": PERIOD,
    "text": {"text": "50%_"},
    "text in a failure": {"text": 'QUOTA "gone"'},
    "failed in the period": {"statuses": ("failed",), **PERIOD},
    "two types in the period": {"types": ("kind.1", "kind.2"), **PERIOD},
    "text of a tenant in the period": {"text": "kind", "tenant_slug": "two", **PERIOD},
    "text of two types": {"text": "quota", "types": ("kind.0", "kind.1")},
}
SCOPES = {"workspace": None, "one tenant": {1}, "two tenants": {1, 2}}


@pytest.fixture
def runs(database: Database) -> Database:
    """Runs of all kinds, whose times do not follow their ids."""
    with database.writing() as session:
        session.add(Workspace(id=1, slug="here", name="Here"))
        session.add(Workspace(id=2, slug="there", name="There"))
        session.add(User(id=1, email="a@example.test", name="A", password_hash="x"))
        session.flush()
        for number, slug in enumerate(("one", "two"), 1):
            session.add(Tenant(id=number, workspace_id=1, slug=slug, name=slug))
        session.flush()
        session.execute(insert(OperationRun), [_run(n) for n in range(COUNT)])
    return database


def _run(number: int) -> dict[str, Any]:
    status, outcome = STATES[number % len(STATES)]
    is_odd = number % 11 == 0
    return {
        "workspace_id": 2 if number % 17 == 0 else 1,
        "tenant_id": (None, 1, 2)[number % 3] if number % 17 else None,
        "initiated_by_user_id": 1 if number % 4 == 0 else None,
        "type": f"kind.{number % 5}",
        "status": status,
        "outcome": outcome,
        "context": {"share": "50%_ of it" if number % 6 == 0 else "50 of it"},
        "failure_summary": [{"code": "quota", "message": 'Quota "gone"'}] if is_odd else [],
        "created_at": None if number == 5 else NOW - timedelta(hours=(number * 37) % COUNT),
    }


def expected(session: Session, scope: Scope, wanted: RunFilter) -> list[int]:
    rows = session.execute(
        select(col(OperationRun.id), col(OperationRun.created_at)).where(matching(wanted, scope))
    )
    key = (lambda row: (row.created_at, row.id)) if wanted.has_period else (lambda row: row.id)
    return [row.id for row in sorted(rows, key=key, reverse=not wanted.is_oldest_first)]


def walk(session: Session, scope: Scope, wanted: RunFilter) -> list[int]:
    seen: list[int] = []
    place: dict[str, int | None] = {}
    while True:
        page = find_matching(session, scope, wanted, **place)
        seen += [run.id for run in page.runs]
        if wanted.is_oldest_first:
            place = {"newer_than": page.newer_than}
        else:
            place = {"older_than": page.older_than}
        if next(iter(place.values())) is None:
            return seen


@pytest.mark.parametrize("most", [15, 10_000])
@pytest.mark.parametrize("is_oldest_first", [False, True])
def test_pages_in_a_row_are_all_that_matches_and_nothing_twice(
    runs: Database, monkeypatch: pytest.MonkeyPatch, most: int, is_oldest_first: bool
) -> None:
    monkeypatch.setattr(run_search, "LOOKED_THROUGH", most)
    monkeypatch.setattr(run_search, "PAGE_SIZE", 10)

    with runs.reading() as session:
        for name, fields in FILTERS.items():
            for of_whom, tenants in SCOPES.items():
                scope = Scope(1, None if tenants is None else frozenset(tenants))
                wanted = RunFilter(**fields, is_oldest_first=is_oldest_first)

                seen = walk(session, scope, wanted)

                assert seen == expected(session, scope, wanted), (name, of_whom)


def test_every_status_is_found_as_it_reads(runs: Database) -> None:
    with runs.reading() as session:
        for status in UxStatus:
            wanted = RunFilter(statuses=(status.value,))
            page = find_matching(session, Scope(1, None), wanted)

            assert page.runs
            assert {run.ux_status for run in page.runs} == {status}


def test_going_back_leads_to_the_page_before(runs: Database) -> None:
    scope, wanted = Scope(1, None), RunFilter(**PERIOD)
    with runs.reading() as session:
        first = find_matching(session, scope, wanted)
        second = find_matching(session, scope, wanted, older_than=first.older_than)
        back = find_matching(session, scope, wanted, newer_than=second.newer_than)

    assert [run.id for run in back.runs] == [run.id for run in first.runs]


def test_a_page_says_when_it_was_cut(runs: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_search, "LOOKED_THROUGH", 40)

    with runs.reading() as session:
        cut = find_matching(session, Scope(1, None), RunFilter(text="nothing like it"))
        whole = find_matching(session, Scope(1, None), RunFilter(text="kind"))

    assert (cut.runs, cut.looked_through) == ((), 40)
    assert cut.older_than is not None
    assert whole.looked_through is not None


def test_an_id_is_found_however_far_back(runs: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_search, "LOOKED_THROUGH", 10)

    with runs.reading() as session:
        found = find_matching(session, Scope(1, None), RunFilter(text="3"))
        foreign = find_matching(session, Scope(1, None), RunFilter(text="1"))
        other = find_matching(session, Scope(1, None), RunFilter(text="3", types=("kind.0",)))

    assert 3 in {run.id for run in found.runs}
    assert 1 not in {run.id for run in foreign.runs}  # a run of another workspace
    assert 3 not in {run.id for run in other.runs}


def test_wildcards_are_only_letters(runs: Database) -> None:
    with runs.reading() as session:
        page = find_matching(session, Scope(1, None), RunFilter(text="50%_"))
        nothing = find_matching(session, Scope(1, None), RunFilter(text="%"), newer_than=None)

    assert {run.context["share"] for run in page.runs} == {"50%_ of it"}
    assert {run.context["share"] for run in nothing.runs} == {"50%_ of it"}


def test_a_place_is_seen_and_within_the_period(runs: Database) -> None:
    with runs.reading() as session:
        period = RunFilter(**PERIOD)
        inside = find_matching(session, Scope(1, None), period).runs[0].id

        assert is_place(session, Scope(1, None), period, inside)
        assert not is_place(session, Scope(2, None), period, inside)
        assert not is_place(session, Scope(1, None), period, 6)  # it has no time
        assert not is_place(session, Scope(1, None), period, 10**12)


def test_counts_go_by_all_but_the_status(runs: Database) -> None:
    scope = Scope(1, None)
    with runs.reading() as session:
        wanted = RunFilter(types=("kind.1",), statuses=("failed",))
        counts = count_by_status(session, scope, wanted, NOW)
        real = {
            status: len(
                expected(session, scope, RunFilter(types=("kind.1",), statuses=(status.value,)))
            )
            for status in UxStatus
        }

    assert counts == {status: CappedCount(count, False) for status, count in real.items()}


@pytest.mark.parametrize("fields", [{}, {"types": ("kind.1",)}])
def test_counts_end_somewhere(
    runs: Database, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]
) -> None:
    monkeypatch.setattr(run_counts, "MOST_COUNTED", 3)
    monkeypatch.setattr(run_counts, "LOOKED_THROUGH", 20)

    with runs.reading() as session:
        counts = count_by_status(session, Scope(1, None), RunFilter(**fields), NOW)

    assert MOST_COUNTED == 1_000
    assert counts[UxStatus.FAILED] == CappedCount(3, True)


def test_a_period_that_begins_a_thousand_years_ago_holds_every_run(runs: Database) -> None:
    long_ago = RunFilter(created_from=datetime(999, 1, 1, tzinfo=UTC))
    with runs.reading() as session:
        page = find_matching(session, Scope(1, None), long_ago)

    assert len(page.runs) == 50


def test_only_new_runs_that_are_wanted_are_announced(runs: Database) -> None:
    scope = Scope(1, None)
    with runs.reading() as session:
        every = RunWindow(scope, None, (), 20)
        failed = RunWindow(scope, None, (), 20, RunFilter(statuses=("failed",)))
        newer = [run for run in expected(session, scope, failed.wanted) if run > 20]

        assert find_window(session, failed).new_runs == len(newer)
        assert find_window(session, every).new_runs == 100
        assert not find_window(session, failed).may_be_more


def test_a_tenant_of_another_workspace_is_as_unknown_as_none(runs: Database) -> None:
    with runs.reading() as session:
        foreign = find_list(session, Scope(2, None), AskedList(RunFilter(tenant_slug="one"), ()))
        none = find_list(session, Scope(2, None), AskedList(RunFilter(tenant_slug="three"), ()))

    assert foreign.flaws[0].problem is none.flaws[0].problem
    assert foreign.wanted == none.wanted == RunFilter()
    assert {run.id for run in foreign.shown.runs} == {run.id for run in none.shown.runs} != set()


def test_a_place_that_is_gone_begins_again_and_says_so(runs: Database) -> None:
    wanted = RunFilter(**PERIOD)
    with runs.reading() as session:
        found = find_list(session, Scope(1, None), AskedList(wanted, (), older_than=10**12))

    assert [flaw.problem for flaw in found.flaws] == ["no_such_place"]
    assert found.shown.runs


SINGLE = (
    {},
    {"statuses": ("queued",)},
    {"statuses": ("running",)},
    {"statuses": ("unknown",)},
    {"statuses": ("failed",)},
    {"statuses": ("failed", "cancelled")},
    {"types": ("kind.1",)},
    {"tenant_slug": "one"},
    {"initiator_id": 1},
    {"initiator_id": 0},
    PERIOD,
    {"last": "24h"},
    {"text": "quota"},
    {"text": "quota", "types": ("kind.1",)},
)


@sqlite_only
@pytest.mark.parametrize("fields", SINGLE, ids=str)
@pytest.mark.parametrize("tenants", [None, {1}])
@pytest.mark.parametrize("is_oldest_first", [False, True])
def test_no_first_page_scans_the_table_or_sorts_it(
    runs: Database, fields: dict[str, Any], tenants: set[int] | None, is_oldest_first: bool
) -> None:
    scope = Scope(1, None if tenants is None else frozenset(tenants))
    wanted = RunFilter(**fields, is_oldest_first=is_oldest_first)

    plans = explained(runs, lambda session: find_matching(session, scope, wanted))

    for plan in plans:
        assert "SCAN operation_run" not in plan, plan
        assert "TEMP B-TREE" not in plan, plan


@sqlite_only
def test_no_count_scans_the_table(runs: Database) -> None:
    for wanted in (RunFilter(), RunFilter(types=("kind.1",)), RunFilter(**PERIOD)):
        for tenants in (None, frozenset({1})):
            plans = explained(
                runs,
                lambda session, w=wanted, t=tenants: count_by_status(session, Scope(1, t), w, NOW),
            )

            assert not any("SCAN operation_run" in plan for plan in plans), plans


def explained(database: Database, read: Any) -> Sequence[str]:
    """How SQLite would answer each of the statements that `read` makes."""
    asked: list[tuple[str, Any]] = []

    def keep(_c: Any, _cur: Any, sql: str, parameters: Any, _ctx: Any, _m: bool) -> None:
        asked.append((sql, parameters))

    event.listen(database.engine, "before_cursor_execute", keep)
    with database.reading() as session:
        read(session)
    event.remove(database.engine, "before_cursor_execute", keep)
    with database.reading() as session:
        connection = session.connection()
        plans = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()
            for sql, parameters in asked
            if "FROM operation_run" in sql
        ]
    return ["; ".join(row.detail for row in plan) for plan in plans]
