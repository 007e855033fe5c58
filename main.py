"""Composes the web role and serves it: one process, one event loop, its workers beside it."""

import asyncio
import os
import shlex
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from nicegui import app as framework
from nicegui import ui
from sqlalchemy import select
from sqlmodel import col

import seed_data
from api import audit_export, downloads, health, run_export
from api.application import create_api
from api.gate import BodyLimit
from api.refusals import Refusals
from api.request_log import RequestLog
from models import User
from services import schema
from services.auth import Auth
from services.database import Database
from services.journal.output import start_journal
from services.loop_pauses import loop_pauses_measured
from services.quiet_memory import quiet_memory
from services.refresh_history.recording import recorded
from services.server_lock import only_server
from settings import Settings, load_or_create_secret
from stillwatch.roles import compose_role
from ui import console as console_module
from ui import error_page, theme
from ui.crowd import Crowd
from ui.guard import SignInGuard
from ui.lean_framework import make_lean
from ui.page_count import count_pages, count_pages_that_go
from ui.page_limits import PageLimits
from ui.pages import (
    account,
    admin_audit,
    admin_members,
    admin_notifications,
    admin_sessions,
    admin_tenants,
    admin_tokens,
    admin_workspace,
    elsewhere,
    language,
    notification_settings,
    notifications,
    operations,
    overview,
    password_change,
    refresh,
    run_detail,
    sign_in,
    tenants,
)
from ui.patient_socket import PatientSocket
from ui.quiet_outbox import install_quiet_outbox
from ui.reader import reader_of
from ui.safe_headers import SafeHeaders
from ui.socket_door import guard_sockets
from ui.socket_limits import SocketLimits
from ui.socket_line import Turns
from ui.socket_route import SocketRoute
from ui.theme import FAVICON

_HERE = Path(__file__).resolve().parent
_RECONNECT_SECONDS = 30.0
_COMPRESSION = 4  # half the time of the most, for few more bytes
_PAGES = (
    overview,
    operations,
    run_detail,
    tenants,
    refresh,
    account,
    admin_workspace,
    admin_tenants,
    admin_members,
    admin_sessions,
    admin_tokens,
    admin_notifications,
    admin_audit,
    notifications,
    notification_settings,
    elsewhere,  # the last one takes what is left
)


def serve(settings: Settings) -> None:
    """Run the console until it is told to stop. Raises `StartError` or `SchemaError`."""
    start_journal(settings.log_format, settings.log_level, settings.secrets)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    # On PostgreSQL any number of servers share one database, and may share one folder.
    is_alone = schema.is_sqlite(settings.database_url)
    with only_server(settings.data_dir) if is_alone else nullcontext():
        database = prepare_database(settings)
        try:
            _announce(settings, database)
            uvicorn.run(
                create_app(settings, database),
                host=settings.host,
                port=settings.port,
                # A websocket on a reused connection dies with the default parser at its timeout.
                http="h11",
                ws=PatientSocket,
                ws_ping_interval=None,  # the framework pings every page's socket already
                # Its lines go with ours, and each request has one of ours already.
                log_config=None,
                access_log=False,
                # A web server that anyone could speak through would hide who is asking.
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=list(settings.trusted_proxies),
                log_level="warning",
                ws_max_size=settings.limits.largest_message,
                timeout_graceful_shutdown=3,
            )
        finally:
            database.close()


def prepare_database(settings: Settings) -> Database:
    """A database at the code's schema, which SQLite gets here and PostgreSQL must have."""
    done = schema.prepare(settings.database_url)
    if done:
        _say("schema", done)
    return Database(settings.database_url)


def create_app(settings: Settings, database: Database) -> FastAPI:
    """The whole web role over `database`, its workers started and stopped with it."""
    role = compose_role(settings, database, settings.workers if database.is_sqlite else 0)
    engine, offers = role.engine, role.found.offers
    auth = Auth(database)
    console = console_module.compose(
        database,
        auth,
        engine.enqueue,
        offers,
        secret=settings.secret_key or load_or_create_secret(settings.data_dir),
        is_secure=settings.public_url.startswith("https://"),
        outlet=role.outlet,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        engine.start()
        async with loop_pauses_measured(), quiet_memory(count_pages), recorded():
            yield
        await asyncio.to_thread(engine.stop)

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(SocketRoute)  # the innermost
    app.add_middleware(SignInGuard, console=console)
    refusals = Refusals(reader_of)
    crowd = Crowd(settings.limits)
    app.add_middleware(PageLimits, crowd=crowd, refusal=refusals.too_many)
    app.add_middleware(SocketLimits, crowd=crowd, turns=Turns(lambda: database.is_behind))
    app.add_middleware(BodyLimit, largest=settings.largest_body, refusal=refusals.too_large)
    app.add_middleware(RequestLog, reader_of=reader_of)
    app.add_middleware(SafeHeaders, is_secure=console.is_secure)  # the outermost
    for plain in (app, framework):
        refusals.register(plain)
    app.include_router(health.routes(database))
    app.include_router(downloads.routes(database, role.keeping.disks, reader_of))
    app.include_router(audit_export.routes(database, auth, reader_of))
    app.include_router(run_export.routes(database, auth, reader_of))
    app.include_router(sign_in.routes(console))
    app.include_router(password_change.routes(console))
    app.include_router(language.routes(console))
    app.mount(
        "/api",
        create_api(database, engine.enqueue, offers, settings.lease, settings.public_url),
    )
    app.mount("/static", StaticFiles(directory=_HERE / "ui" / "static"), name="static")
    app.add_api_route("/favicon.ico", lambda: FileResponse(FAVICON), include_in_schema=False)
    # We keep nothing for a browser's tab; the framework keeps a place for it, for a month.
    framework.storage.max_tab_storage_age = _RECONNECT_SECONDS
    for page in _PAGES:
        page.register(console)
    error_page.register()
    guard_sockets(settings.public_url)
    install_quiet_outbox()
    count_pages_that_go()
    theme.apply()
    ui.run_with(
        app,
        title="Stillwatch",
        favicon=FAVICON,
        dark=None,
        language="en-US",
        tailwind=False,
        binding_refresh_interval=None,
        reconnect_timeout=_RECONNECT_SECONDS,
        show_welcome_message=False,
        gzip_middleware_factory=partial(GZipMiddleware, compresslevel=_COMPRESSION),
    )
    make_lean()
    return app


def _announce(settings: Settings, database: Database) -> None:
    if settings.is_demo:
        accounts = seed_data.seed(database, settings.data_dir, settings.demo_password)
        people = ", ".join(email.partition("@")[0] for email in accounts.emails)
        _say("demo", f"{people} @example.test, all with the password {accounts.password}")
    elif _is_empty(database):
        _say("first owner", "in another terminal, with names and an address of your own:")
        for command in _first_owner(os.environ):
            _say("", command)
    _say("console", settings.public_url)


def _first_owner(environment: Mapping[str, str]) -> list[str]:
    """Lines that can be pasted as they are, and reach this very database."""
    folder = environment.get("STILLWATCH_DATA_DIR")
    given = f"STILLWATCH_DATA_DIR={shlex.quote(folder)} " if folder else ""
    lines = [
        f"{given}.venv/bin/stillwatch {command}"
        for command in (
            "workspace add acme",
            "user add you@example.com",
            "member set you@example.com --workspace acme --role owner",
        )
    ]
    # It holds a password, which is for no terminal.
    is_elsewhere = "STILLWATCH_DATABASE_URL" in environment
    return ["(with STILLWATCH_DATABASE_URL as it is here)", *lines] if is_elsewhere else lines


def _is_empty(database: Database) -> bool:
    with database.reading() as session:
        return session.scalar(select(col(User.id)).limit(1)) is None


def _say(step: str, text: str) -> None:
    print(f"{step:<13} {text}", flush=True)
