"""The programs' own application, mounted at /api: its errors and its doors are not the pages'."""

from collections.abc import Mapping
from datetime import timedelta

from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPBearer

from api import documentation, problems, runs
from api.gate import BodyLimit, TokenGate
from services.database import Database
from services.operations import OperationOffer
from services.run_terms import Enqueue

_DESCRIPTION = """Programs outside tell the console of their work, and start operations of the
console's own workers. Send `Authorization: Bearer TOKEN`; a token is good for one workspace and
comes from `stillwatch token create`. What belongs to another workspace does not exist."""


def create_api(
    database: Database,
    enqueue: Enqueue,
    offers: Mapping[str, OperationOffer],
    lease: timedelta,
    public_url: str,
) -> FastAPI:
    """Mount it at /api. `offers` are the operations that a program may queue, by type."""
    app = FastAPI(
        title="Stillwatch",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        servers=[{"url": "/api"}],
        root_path_in_servers=False,
    )
    url_of_run = f"{public_url}/operations/{{id}}"
    problems.register(app, url_of_run)
    app.add_middleware(BodyLimit)
    open_paths = frozenset({"/docs", "/v1/openapi.json"})
    app.add_middleware(TokenGate, database=database, open_paths=open_paths)  # the outermost
    app.include_router(
        runs.routes(database, enqueue, offers, lease, url_of_run),
        # Only so that the documentation knows of it: the gate has looked before.
        dependencies=[Depends(HTTPBearer(auto_error=False))],
    )

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        page = documentation.page(app.openapi(), "/api")
        return HTMLResponse(page, headers=documentation.HEADERS)

    return app
