"""A console's API over real HTTP in this process, and programs that call it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import update
from sqlmodel import SQLModel

from api import health
from api.application import create_api
from jobs.faults import Faults
from jobs.sweeper import Sweeper, rescuing
from models.columns import from_now
from services.administration import add_tenant, add_workspace
from services.api_tokens import create_token
from services.database import Database
from services.operation_run_service import OperationRunService
from services.operations import OperationOffer
from stillwatch.operations import Scope
from tests.waiting import wait_until

LEASE = timedelta(seconds=30)
_RUNS = SQLModel.metadata.tables["operation_run"]
OFFERS = {
    offer.type: offer
    for offer in (
        OperationOffer("sample.check", "Check", "", Scope.WORKSPACE),
        OperationOffer("sample.sync", "Sync", "", Scope.TENANT),
        OperationOffer("sample.backup", "Back up", "", Scope.INSTANCE),
    )
}


def add_world(database: Database) -> None:
    """Two workspaces with a tenant each."""
    with database.writing() as session:
        for slug, tenant in (("northwind", "contoso"), ("fabrikam", "proseware")):
            add_workspace(session, slug, slug.title())
            add_tenant(session, slug, tenant, tenant.title())


def add_token(database: Database, workspace: str = "northwind", name: str = "nightly") -> str:
    with database.writing() as session:
        return create_token(session, workspace, name, None)


def lose_contact(database: Database, run_id: int) -> None:
    """Let the lease run out and the sweep come by, in one moment."""
    with database.writing() as session:
        session.execute(
            update(_RUNS)
            .where(_RUNS.c.id == run_id)
            .values(lease_until=from_now(timedelta(seconds=-1)))
        )
        assert OperationRunService(session).rescue() == [run_id]


class Caller:
    """A program with a token."""

    def __init__(self, url: str, token: str | None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=f"{url}/api/v1", headers=headers, trust_env=False)

    def start(self, type: str = "nightly.export", **fields: Any) -> dict[str, Any]:
        response = self.post("/runs", type=type, **fields)
        assert response.status_code == 201, response.text
        return dict(response.json())

    def post(self, path: str, **fields: Any) -> httpx.Response:
        return self.http.post(path, json=fields)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query)


class Console:
    """A console that answers programs, in a thread, on a port that is its own again after `stop`.

    Its sweeper looks for lost runs every 50 ms.
    """

    def __init__(self, database: Database, lease: timedelta = LEASE) -> None:
        self._database = database
        self._lease = lease
        # Never listens: it only keeps the port from everybody else.
        self._placeholder = _bound(0)
        self._port = int(self._placeholder.getsockname()[1])
        self.url = f"http://127.0.0.1:{self._port}"
        self._callers: list[Caller] = []

    def start(self) -> None:
        app = FastAPI()
        app.include_router(health.routes(self._database))
        api = create_api(self._database, lambda _s, _d: None, OFFERS, self._lease, "http://console")
        app.mount("/api", api)
        config = uvicorn.Config(
            app, http="h11", log_level="error", lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        rescue = rescuing(self._database, lambda _s, _d: None, self._lease)
        self._sweeper = Sweeper([rescue], timedelta(milliseconds=50), Faults())
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        wait_until(lambda: self._server.started)
        self._sweeper.start()

    def stop(self) -> None:
        self._sweeper.stop()
        self._server.should_exit = True
        self._thread.join()

    def caller(self, token: str | None) -> Caller:
        self._callers.append(Caller(self.url, token))
        return self._callers[-1]

    def close(self) -> None:
        # Connections that are kept alive would make the server wait for them.
        for caller in self._callers:
            caller.http.close()
        self._placeholder.close()

    def _serve(self) -> None:
        asyncio.run(self._server.serve([_bound(self._port)]))


@contextmanager
def served(database: Database, lease: timedelta = LEASE) -> Iterator[Console]:
    """A console that has started, and is stopped at the end."""
    console = Console(database, lease)
    console.start()
    try:
        yield console
    finally:
        console.close()
        console.stop()


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound
