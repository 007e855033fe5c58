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

from api import health
from api.application import create_api
from jobs.faults import Faults
from jobs.sweeper import Sweeper, rescuing
from services.administration import add_tenant, add_workspace
from services.api_tokens import create_token
from services.database import Database
from services.operations import OperationOffer, OperationScope
from tests.waiting import wait_until

LEASE = timedelta(seconds=30)
OFFERS = {
    offer.type: offer
    for offer in (
        OperationOffer("sample.check", "Check", "", OperationScope.WORKSPACE),
        OperationOffer("sample.sync", "Sync", "", OperationScope.TENANT),
        OperationOffer("sample.backup", "Back up", "", OperationScope.INSTANCE),
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
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
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
        self._socket.close()

    def _serve(self) -> None:
        # The server closes what it listens on; the port stays ours by the original.
        asyncio.run(self._server.serve([self._socket.dup()]))


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
