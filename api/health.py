"""Liveness, readiness and metrics."""

import ipaddress
from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from api.gate import find_program
from services import metrics, runs, schema
from services.database import Database

# Present when a proxy spoke for somebody else: then the peer's address says nothing.
_FORWARDING = ("forwarded", "x-forwarded-for", "x-real-ip")


def routes(database: Database) -> APIRouter:
    """GET /healthz, /readyz and /metrics; the last for this machine, or with a token."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        try:
            is_served = await database.off_loop(lambda: schema.is_served(database.engine))
        except SQLAlchemyError:
            return JSONResponse({"status": "database unreachable"}, 503)
        if not is_served:
            return JSONResponse({"status": "schema out of date"}, 503)
        return JSONResponse({"status": "ok"})

    @router.get("/metrics")
    async def show_metrics(request: Request) -> Response:
        if not _is_local(request) and await find_program(request.headers, database) is None:
            return Response("Not found", 404)
        # While the database is away the rest is told all the same, and the two gauges stand still.
        with suppress(SQLAlchemyError):
            active = await database.read(runs.count_active)
            for status in ("queued", "running"):
                metrics.runs.labels(status).set(active.get(status, 0))
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _is_local(request: Request) -> bool:
    if any(header in request.headers for header in _FORWARDING) or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
