"""Databases for the tests: a copied SQLite file, or one of a private PostgreSQL's own."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from scripts.postgres_server import PostgresServer
from services import schema

# For a test whose other fixtures use `database`, but which is about one of the two.
sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("database", ["postgresql"], indirect=True)

_TEMPLATE = "stillwatch_template"
# Nothing here must outlive the tests, so nothing waits for a disk.
_THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
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
