"""`make cluster`: PostgreSQL, two web and two worker processes, and one door to them all.

All that it keeps is in `cluster` in the data folder. A process that ends is started again; when
this one is told to stop, or dies, none of the others stays behind.
"""

import asyncio
import contextlib
import http.client
import os
import secrets
import shlex
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from kept_process import EndedBadly, KeptProcess, Rest, run_to_its_end, say
from postgres_server import PostgresError, PostgresServer, free_port
from sticky_proxy import StickyProxy

from services.server_lock import StartError, only_server
from settings import (
    Settings,
    SettingsError,
    load_or_create_private,
    load_or_create_secret,
    read_settings,
)

_WEBS = 2
_WORKERS = 2
_DATABASE = "stillwatch"
_SECONDS_TO_BE_READY = 90.0
_LOOK_SECONDS = 0.2


class ClusterError(Exception):
    """The cluster cannot start; the message is one line."""


def main() -> int:
    """Run until told to stop; return the exit code."""
    try:
        # The database is our own, and with it all that depends on its kind.
        given = {k: v for k, v in os.environ.items() if k != "STILLWATCH_DATABASE_URL"}
        settings = read_settings(given)
        folder = settings.data_dir.resolve() / "cluster"
        folder.mkdir(parents=True, exist_ok=True)
        with only_server(folder):
            return asyncio.run(_until_told(Cluster(settings, folder)))
    except (ClusterError, EndedBadly, OSError, PostgresError, SettingsError, StartError) as error:
        print(f"stillwatch: {_one_line(error)}", file=sys.stderr)
        return 1


class Cluster:
    """The processes, and the order in which they come and go."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        password = load_or_create_private(
            folder / "postgres-password", lambda: secrets.token_urlsafe(24)
        )
        self._postgres = PostgresServer(folder / "postgres", password=password)
        own = {
            "STILLWATCH_DATABASE_URL": self._postgres.url(_DATABASE),
            "STILLWATCH_SECRET_KEY": settings.secret_key or load_or_create_secret(folder),
            "STILLWATCH_DATA_DIR": str(folder),
            "STILLWATCH_PUBLIC_URL": settings.public_url,
            # The door beside them, which says of each request where it came from.
            "STILLWATCH_TRUSTED_PROXIES": "127.0.0.1",
        }
        self._own = own
        self._ports = [free_port() for _ in range(_WEBS)]
        self._proxy = StickyProxy(self._ports)
        webs = [KeptProcess(f"web-{n}", "serve", _at(own, p)) for n, p in enumerate(self._ports, 1)]
        workers = [KeptProcess(f"worker-{n}", "worker", own) for n in range(1, _WORKERS + 1)]
        self._children = [*webs, *workers]
        self._keepers: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Start everything, then keep it running until cancelled."""
        try:
            await self._proxy.bind(self._settings.host, self._settings.port)
            self._start_postgres()
            await self._prepare()
            self._keepers = [asyncio.create_task(child.keep_running()) for child in self._children]
            self._keepers.append(asyncio.create_task(self._keep_postgres()))
            await self._until_ready()
            await self._proxy.start()
            self._announce()
            await asyncio.gather(*self._keepers)
        finally:
            for keeper in self._keepers:
                keeper.cancel()  # first, so that nothing starts again
            await asyncio.gather(*self._keepers, return_exceptions=True)
            await self._proxy.stop()
            await asyncio.gather(*(child.stop() for child in self._children))
            self._postgres.stop()

    def _start_postgres(self) -> None:
        self._postgres.start()
        self._postgres.ensure_database(_DATABASE)
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in self._own.items()]
        draft = self._folder / ".environment.new"
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(lines)
        draft.replace(self._folder / "environment")

    async def _prepare(self) -> None:
        await run_to_its_end("-m", "stillwatch", "migrate", env=self._own)
        if self._settings.is_demo:
            given = self._settings.demo_password
            password = {"STILLWATCH_DEMO_PASSWORD": given} if given else {}
            await run_to_its_end("seed_data.py", env={**self._own, **password})

    async def _keep_postgres(self) -> None:
        rest = Rest()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._postgres.is_running():
                continue
            say("postgres", f"ended; again in {rest.seconds:.1f} s")
            await rest.take()
            try:
                # In this thread: the kernel ends it together with the thread that started it.
                self._postgres.start()
            except PostgresError as error:
                say("postgres", _one_line(error))

    async def _until_ready(self) -> None:
        deadline = time.monotonic() + _SECONDS_TO_BE_READY
        while not all(await asyncio.gather(*(_is_ready(port) for port in self._ports))):
            for child in self._children[:_WEBS]:
                if child.endings >= 3:
                    raise ClusterError(f"{child.name} does not start, see above.")
            if time.monotonic() > deadline:
                raise ClusterError(f"No web process is ready after {_SECONDS_TO_BE_READY:.0f} s.")
            await asyncio.sleep(_LOOK_SECONDS)

    def _announce(self) -> None:
        say("postgres", f"on 127.0.0.1:{self._postgres.port}, kept in {self._folder}")
        say("commands", f"set -a; . {self._folder}/environment; .venv/bin/stillwatch --help")
        if self._settings.is_demo:
            password = (self._folder / "demo-password").read_text("utf-8").strip()
            say("demo", "owner, operator, auditor, contoso-admin, contoso-viewer, outsider")
            say("", f"@example.test, all with the password {password}")
        say("console", self._settings.public_url)


async def _until_told(cluster: Cluster) -> int:
    running = asyncio.create_task(cluster.run())
    received: list[int] = []

    def stop(number: int) -> None:
        # Once only: a second signal must not cut the farewell of the others short.
        if not received:
            received.append(number)
            running.cancel()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    try:
        await running
    except asyncio.CancelledError:
        if not received:
            raise
    return 0


async def _is_ready(port: int) -> bool:
    def ask() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with (
            contextlib.closing(connection),
            contextlib.suppress(OSError, http.client.HTTPException),
        ):
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        return False

    return await asyncio.to_thread(ask)


def _at(env: Mapping[str, str], port: int) -> dict[str, str]:
    return {**env, "STILLWATCH_HOST": "127.0.0.1", "STILLWATCH_PORT": str(port)}


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


if __name__ == "__main__":
    sys.exit(main())
