"""Runs as a file: all that are asked for and none besides, each once, and nothing executed."""

import asyncio
import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from sqlmodel import col
from starlette.types import Message

from api.run_export import routes
from models import AuditEntry, OperationRun, UserSession
from models.columns import utc_now
from policy.access import Scope
from services import run_export
from services.administration import (
    add_tenant,
    add_user,
    add_workspace,
    revoke_member,
    set_member,
)
from services.auth import Auth, Viewer, viewer_in
from services.database import Database
from services.run_filters import RunFilter

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TABLE = OperationRun.metadata.tables["operation_run"]
WHOLE = Scope(1, None)
IS_EXPORT = col(AuditEntry.action) == "runs.exported"


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


def test_who_loses_the_right_in_the_middle_gets_a_file_that_does_not_end(
    database: Database,
) -> None:
    with database.writing() as session:
        viewer = _operator(session)
        add(session, 1_200)

    def lose(sent: list[Message]) -> None:
        if len(sent) == 3:  # the headers, the heading and a first batch
            with database.writing() as session:
                revoke_member(session, "ada@example.test", "northwind")

    whole = asyncio.run(_ask(database, viewer, "", lambda _: None))
    part = asyncio.run(_ask(database, viewer, "", lose))

    assert (_lines(whole), whole[-1]["more_body"]) == (1_201, False)
    assert (_lines(part), part[-1]["more_body"]) == (501, True)
    assert whole[0]["status"] == 200


def test_a_filter_that_is_not_understood_is_named_and_is_no_file(database: Database) -> None:
    with database.writing() as session:
        viewer = _operator(session)

    answer = asyncio.run(_ask(database, viewer, "colour=%3Cblue&from=soon", lambda _: None))

    assert answer[0]["status"] == 400
    assert b"Not understood in the filter: colour, from." in answer[1]["body"]
    with database.writing() as session:
        assert session.scalar(select(col(AuditEntry.id)).limit(1).where(IS_EXPORT)) is None


def test_an_export_is_written_down_with_its_filter(database: Database) -> None:
    with database.writing() as session:
        viewer = _operator(session)

    asyncio.run(_ask(database, viewer, "outcome=failed&last=7d", lambda _: None))

    with database.writing() as session:
        entry = session.scalars(select(AuditEntry).where(IS_EXPORT)).one()
        assert (entry.actor_user_id, entry.workspace_id) == (viewer.user_id, 1)
        assert entry.details == {"filter": ["outcome=failed", "last=7d"]}


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


def everything(session: Session, wanted: RunFilter, scope: Scope = WHOLE) -> list[run_export.Row]:
    found: list[run_export.Row] = []
    progress = run_export.begin(session, wanted)
    while not progress.is_done:
        batch, progress = run_export.next_batch(session, scope, progress)
        found += batch
    return found


def ids(session: Session, wanted: RunFilter, scope: Scope = WHOLE) -> list[int]:
    return [int(row[0] or 0) for row in everything(session, wanted, scope)]


def rows(found: list[run_export.Row]) -> list[dict[str, str]]:
    lines = run_export.csv_heading() + run_export.csv_lines(found)
    return list(csv.DictReader(lines.decode("utf-8-sig").splitlines()))


def _operator(session: Session) -> Viewer:
    """Ada, who operates northwind and has just signed in."""
    add_workspace(session, "northwind", "Northwind")
    add_user(session, "ada@example.test", "Ada", "correct horse")
    set_member(session, "ada@example.test", "northwind", "operator")
    now = session.execute(select(utc_now())).scalar_one()
    row = UserSession(token_hash="token", user_id=1, created_at=now, last_active_at=now)
    session.add(row)
    session.flush()
    viewer = viewer_in(session, row.id or 0)
    assert viewer is not None
    return viewer


async def _ask(
    database: Database, viewer: Viewer, query: str, meanwhile: Callable[[list[Message]], None]
) -> list[Message]:
    """What the route sends to somebody, `meanwhile` being called after each message."""
    app = FastAPI()
    app.include_router(routes(database, Auth(database)))
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()  # the line stays open
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)
        await asyncio.to_thread(meanwhile, sent)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/operations/export.csv",
        "query_string": query.encode(),
        "headers": [],
        "state": {"viewer": viewer},
    }
    await app(scope, receive, send)
    return sent


def _lines(sent: list[Message]) -> int:
    return sum(message.get("body", b"").count(b"\r\n") for message in sent)
