"""Runs as a file: all that are asked for and none besides, each once, and nothing executed."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from models import OperationRun
from policy.access import Scope
from services import run_export
from services.administration import add_tenant, add_workspace
from services.database import Database
from services.run_filters import RunFilter
from services.runs import RunSnapshot

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TABLE = OperationRun.metadata.tables["operation_run"]
WHOLE = Scope(1, None)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        for slug in ("northwind", "fabrikam"):
            add_workspace(session, slug, slug.title())
        for slug in ("contoso", "litware"):
            add_tenant(session, "northwind", slug, slug.title())
        yield session


def test_every_run_of_the_list_is_told_of_once_in_its_order(session: Session) -> None:
    add(session, 1_130)

    assert ids(session, RunFilter()) == list(range(1_130, 0, -1))
    assert ids(session, RunFilter(is_oldest_first=True)) == list(range(1, 1_131))


def test_a_period_and_a_text_are_followed_over_many_pages(session: Session) -> None:
    add(session, 130)
    wanted = RunFilter(created_from=NOON, text="KIND")

    assert ids(session, wanted) == list(range(130, 0, -1))
    assert ids(session, replace(wanted, is_oldest_first=True)) == list(range(1, 131))


def test_a_run_named_by_its_id_is_not_told_of_twice(session: Session) -> None:
    add(session, 130, context={"note": "3"})

    found = ids(session, RunFilter(text="3"))

    assert sorted(found) == list(range(1, 131))


def test_what_is_hidden_is_left_out_whatever_is_asked_for(session: Session) -> None:
    add(session, 2, tenant_id=1)
    add(session, 2, tenant_id=2)
    add(session, 2)
    add(session, 2, workspace_id=2)
    scope = Scope(1, frozenset({1}))

    assert ids(session, RunFilter(), scope) == [2, 1]
    assert ids(session, RunFilter(tenant_slug="litware"), scope) == []
    assert ids(session, RunFilter(text="3"), scope) == []


def test_no_cell_is_a_formula_and_no_corrupt_run_breaks_the_file(session: Session) -> None:
    add(session, 1, type="=cmd()", failure_summary=[{"code": "+1", "count": 1}])
    add(session, 1, status="dancing", summary_counts=["x"], failure_summary="no list")

    broken, formula = rows(everything(session, RunFilter()))

    assert formula["type"] == "'=cmd()"
    assert formula["failure_codes"] == "'+1"
    assert broken["status"] == "dancing"
    assert broken["items_total"] == ""


def test_the_file_ends_at_its_bound(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_export, "MOST_ROWS", 60)
    add(session, 61)

    runs, progress = run_export.next_batch(session, WHOLE, run_export.begin(session, RunFilter()))

    assert len(runs) == 60
    assert progress.is_done
    assert progress.is_cut


def test_a_period_cannot_go_on_from_a_run_that_is_gone(session: Session) -> None:
    add(session, 60)
    begun = run_export.begin(session, RunFilter(created_from=NOON))

    with pytest.raises(run_export.PlaceGoneError):
        run_export.next_batch(session, WHOLE, replace(begun, after=1_000))


def add(session: Session, count: int, **values: Any) -> None:
    row = {
        "workspace_id": 1,
        "type": "kind",
        "status": "completed",
        "outcome": "succeeded",
        "created_at": NOON + timedelta(seconds=1),
        "context": None,
        "summary_counts": None,
        "failure_summary": None,
        **values,
    }
    session.execute(insert(TABLE), [row] * count)


def everything(session: Session, wanted: RunFilter, scope: Scope = WHOLE) -> list[RunSnapshot]:
    found: list[RunSnapshot] = []
    progress = run_export.begin(session, wanted)
    while not progress.is_done:
        runs, progress = run_export.next_batch(session, scope, progress)
        found += runs
    return found


def ids(session: Session, wanted: RunFilter, scope: Scope = WHOLE) -> list[int]:
    return [run.id for run in everything(session, wanted, scope)]


def rows(runs: list[RunSnapshot]) -> list[dict[str, str]]:
    lines = run_export.csv_heading() + run_export.csv_lines(runs)
    return list(csv.DictReader(lines.decode("utf-8-sig").splitlines()))
