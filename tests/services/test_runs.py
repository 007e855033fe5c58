"""What a person sees of runs: pages by keyset, windows in one statement, access in the query."""

from sqlalchemy import event

from policy.access import Scope
from services import runs
from services.database import Database
from services.operation_run_service import OperationRunService
from services.runs import PAGE_SIZE, RunWindow
from tests.databases import sqlite_only
from tests.services.runs import add_workspace, request


def add_runs(database: Database, workspace_id: int, count: int) -> list[int]:
    with database.writing() as session:
        service = OperationRunService(session)
        keys = (f"{workspace_id}-{count}-{n}" for n in range(count))
        return [service.request(request(workspace_id, key)).run_id for key in keys]


def test_pages_follow_each_other_without_gap_or_overlap(database: Database) -> None:
    workspace_id = add_workspace(database)
    ids = add_runs(database, workspace_id, 2 * PAGE_SIZE + 7)
    scope = Scope(workspace_id, None)

    seen: list[int] = []
    older_than = None
    with database.reading() as session:
        while True:
            page = runs.find_page(session, scope, older_than=older_than)
            seen += [run.id for run in page.runs]
            older_than = page.older_than
            if older_than is None:
                break

    assert seen == sorted(ids, reverse=True)


def test_going_newer_leads_back_to_the_page_before(database: Database) -> None:
    workspace_id = add_workspace(database)
    add_runs(database, workspace_id, 3 * PAGE_SIZE)
    scope = Scope(workspace_id, None)

    with database.reading() as session:
        first = runs.find_page(session, scope)
        second = runs.find_page(session, scope, older_than=first.older_than)
        third = runs.find_page(session, scope, older_than=second.older_than)
        back = runs.find_page(session, scope, newer_than=third.newer_than)

    assert back.runs == second.runs or [r.id for r in back.runs] == [r.id for r in second.runs]
    assert first.newer_than is None


def test_a_window_is_one_statement_and_counts_what_is_newer(database: Database) -> None:
    workspace_id = add_workspace(database)
    shown = add_runs(database, workspace_id, 3)
    add_runs(database, workspace_id, 2)
    statements: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _c, _cur, sql, _p, _ctx, _m: statements.append(sql),
    )

    with database.reading() as session:
        window = RunWindow(Scope(workspace_id, None), None, tuple(shown), max(shown))
        snapshot = runs.find_window(session, window)

    assert [run.id for run in snapshot.runs] == sorted(shown, reverse=True)
    assert snapshot.new_runs == 2
    assert len([sql for sql in statements if "SELECT" in sql]) == 1


def test_an_empty_window_still_hears_of_the_first_run(database: Database) -> None:
    workspace_id = add_workspace(database)
    window = RunWindow(Scope(workspace_id, None), None, (), 0)
    add_runs(database, workspace_id, 1)

    with database.reading() as session:
        snapshot = runs.find_window(session, window)

    assert snapshot.runs == ()
    assert snapshot.new_runs == 1


def test_a_scope_shows_its_own_workspace_and_tenants_only(database: Database) -> None:
    here, there = add_workspace(database, "here"), add_workspace(database, "there")
    add_runs(database, here, 2)
    foreign = add_runs(database, there, 1)

    with database.reading() as session:
        own = runs.find_page(session, Scope(here, None))
        of_tenant = runs.find_page(session, Scope(here, frozenset({5})))
        run = runs.find_run(session, foreign[0])

    assert {run.workspace_id for run in own.runs} == {here}
    assert of_tenant.runs == ()
    assert not runs.is_visible(Scope(here, None), run)
    assert not runs.is_visible(None, run)
    assert not runs.is_visible(Scope(here, None), None)


@sqlite_only
def test_active_runs_are_counted_by_their_own_small_index(database: Database) -> None:
    add_runs(database, add_workspace(database), 4)
    with database.writing() as session:
        OperationRunService(session).claim("here")

    statements: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _c, _cur, sql, _p, _ctx, _m: statements.append(sql),
    )

    with database.reading() as session:
        counts = runs.count_active(session)
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statements[-1]}")

        assert "ix_operation_run_active" in str(plan.all())
    assert counts == {"queued": 3, "running": 1}
