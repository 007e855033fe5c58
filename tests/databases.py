"""Databases for the tests: a copied SQLite file, or one of a private PostgreSQL's own."""

import fcntl
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from scripts.postgres_server import PostgresServer
from services import schema

# For a test whose other fixtures use `database`, but which is about one of the two.
sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("database", ["postgresql"], indirect=True)

_PREFIX = "stillwatch-postgres-"
_SECONDS_TO_BE_HELD = 60.0
_ROOM = 1 << 30
_TEMPLATE = "stillwatch_template"
# Nothing here must outlive the tests, so nothing waits for a disk.
_THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "dynamic_shared_memory_type": "mmap",  # in its own folder, so that it goes with it
    "max_connections": "200",
}


class Postgres:
    """A server of the tests' own, and any number of databases at the code's schema on it."""

    def __init__(self, folder: Path) -> None:
        self.server = PostgresServer(folder, options=_THROWAWAY)
        self._numbers = itertools.count(1)

    def start(self) -> None:
        self.server.start()
        self._administer(f"CREATE DATABASE {_TEMPLATE}")
        schema.migrate(self._url(_TEMPLATE))

    def stop(self) -> None:
        self.server.stop()

    @contextmanager
    def new_database(self, *, is_empty: bool = False) -> Iterator[str]:
        """The URL of a database that nobody else uses: migrated, or without any table."""
        name = f"test_{next(self._numbers)}"
        template = "template0" if is_empty else f"{_TEMPLATE} STRATEGY file_copy"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self._url(name)
        finally:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, database: str) -> str:
        return self.server.url(database).replace("postgresql:", "postgresql+psycopg:", 1)

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def started_postgres() -> Iterator[Postgres]:
    """A server on a folder of its own; both are gone afterwards."""
    _sweep(Path(_memory() or tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=_memory()) as folder, _held(Path(folder)):
        Path(folder).chmod(0o711)  # the server may run as somebody else
        postgres = Postgres(Path(folder))
        try:
            postgres.start()
            yield postgres
        finally:
            postgres.stop()


def _sweep(parent: Path) -> None:
    """Remove what tests that were killed have left; their servers ended with them."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _SECONDS_TO_BE_HELD:
                with _held(folder):
                    shutil.rmtree(folder)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder is somebody's. Raises `OSError` when it is another's."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _memory() -> str | None:
    """A folder in memory, if there is room: the 300 files of a database cost a tenth there."""
    memory = Path("/dev/shm")
    is_usable = memory.is_dir() and os.access(memory, os.W_OK | os.X_OK)
    return str(memory) if is_usable and shutil.disk_usage(memory).free > _ROOM else None
