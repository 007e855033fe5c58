"""How long the runs of a type have taken: of the newest, as far as one sees them."""

import pytest
from sqlalchemy import event

from policy.access import Scope
from policy.estimate import FEWEST_RUNS, TypicalDuration
from services import run_history
from services.database import Database
from services.run_history import HistoryKey, find_typical
from tests.databases import sqlite_only
from tests.services.ended_runs import add_tenant, end
from tests.services.runs import add_workspace


def typical(database: Database, scope: Scope) -> TypicalDuration | None:
    with database.reading() as session:
        return find_typical(session, HistoryKey(scope, "directory.sync"))


def test_what_succeeded_tells_and_what_failed_or_is_another_type_does_not(
    database: Database,
) -> None:
    here = add_workspace(database)
    scope = Scope(here, None)
    for number in range(FEWEST_RUNS - 1):
        end(database, here, "partially_succeeded" if number % 2 else "succeeded", took=20)
    for outcome in ("failed", "cancelled", None):
        end(database, here, outcome, took=1)
    end(database, here, type="another", took=1)
    assert typical(database, scope) is None

    end(database, here, took=20)

    found = typical(database, scope)
    assert found is not None
    assert (found.half, found.most) == (pytest.approx(20, abs=0.01), pytest.approx(20, abs=0.01))


def test_only_the_newest_are_asked(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    here = add_workspace(database)
    monkeypatch.setattr(run_history, "MOST_RUNS", FEWEST_RUNS)
    for seconds in [500] * 5 + [7] * FEWEST_RUNS:
        end(database, here, took=seconds)

    found = typical(database, Scope(here, None))

    assert found is not None
    assert found.most == pytest.approx(7, abs=0.01)


def test_a_reader_of_some_tenants_hears_of_theirs_only(database: Database) -> None:
    here = add_workspace(database)
    own, other = add_tenant(database, here, "contoso"), add_tenant(database, here, "adatum")
    for _ in range(FEWEST_RUNS):
        end(database, here, tenant_id=other, took=500)
    scope = Scope(here, frozenset({own}))
    assert typical(database, scope) is None

    for _ in range(FEWEST_RUNS):
        end(database, here, tenant_id=own, took=5)

    found = typical(database, scope)
    assert found is not None
    assert found.most == pytest.approx(5, abs=0.01)


@sqlite_only
def test_a_history_is_read_from_its_index_and_no_further_than_needed(database: Database) -> None:
    here = add_workspace(database)
    statements: list[tuple[str, object]] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _c, _cur, sql, values, _ctx, _m: statements.append((sql, values)),
    )
    with database.reading() as session:
        find_typical(session, HistoryKey(Scope(here, None), "directory.sync"))
        sql, values = statements[-1]
        plan = [
            row[3]
            for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        ]

    assert (
        "SEARCH operation_run USING INDEX ix_operation_run_type (workspace_id=? AND type=?)" in plan
    )
    assert not any("SORT" in step or "ORDER BY" in step for step in plan)
