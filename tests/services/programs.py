"""A console's API over real HTTP in this process, and programs that call it."""

import asyncio
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


@contextmanager
def served(database: Database, lease: timedelta = LEASE) -> Iterator[str]:
    """The URL of a console that answers programs, on a port that was free."""
    app = FastAPI()
    app.include_router(health.routes(database))
    app.mount("/api", create_api(database, lambda _s, _d: None, OFFERS, lease, "http://console"))
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, http="h11", log_level="error", lifespan="off")
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    wait_until(lambda: server.started)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


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
