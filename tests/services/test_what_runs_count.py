"""What is counted of runs and of the database is what the contract says of it."""

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from api import health
from services import metrics
from services.database import Database
from services.operation_run_service import OperationRunService
from tests.services.runs import add_workspace, request

_BACK = ("running", "queued")


def value(name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"stillwatch_{name}", labels) or 0.0


def edge(current: str, target: str) -> float:
    return value("run_transitions_total", **{"from": current, "to": target})


def test_each_edge_and_each_rescue_is_counted_when_it_is_committed(database: Database) -> None:
    workspace_id = add_workspace(database)
    queued, claimed, back = edge("none", "queued"), edge("queued", "running"), edge(*_BACK)
    rescues = value("lease_rescues_total")

    with database.writing() as session:
        OperationRunService(session).request(request(workspace_id))
    with database.writing() as session:
        OperationRunService(session).claim("here")
        assert edge("queued", "running") == claimed
    with database.writing() as session:
        OperationRunService(session).boot("here")

    assert edge("none", "queued") == queued + 1
    assert edge("queued", "running") == claimed + 1
    assert edge(*_BACK) == back + 1
    assert value("lease_rescues_total") == rescues + 1


def test_what_is_rolled_back_has_not_happened(database: Database) -> None:
    workspace_id = add_workspace(database)
    queued = edge("none", "queued")

    with pytest.raises(RuntimeError), database.writing() as session:
        OperationRunService(session).request(request(workspace_id))
        raise RuntimeError

    assert edge("none", "queued") == queued


async def test_runs_are_those_that_are_queued_and_running_now(database: Database) -> None:
    workspace_id = add_workspace(database)
    with database.writing() as session:
        for key in ("a", "b"):
            OperationRunService(session).request(request(workspace_id, key))
    with database.writing() as session:
        OperationRunService(session).claim("here")
    app = FastAPI()
    app.include_router(health.routes(database))

    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
        told = (await client.get("/metrics")).text.splitlines()

    assert 'stillwatch_runs{status="queued"} 1.0' in told
    assert 'stillwatch_runs{status="running"} 1.0' in told


def test_every_statement_is_timed_once(database: Database) -> None:
    with database.reading() as session:
        session.execute(text("SELECT 1"))
        before = value("db_seconds_count")

        session.execute(text("SELECT 1"))

        assert value("db_seconds_count") == before + 1
