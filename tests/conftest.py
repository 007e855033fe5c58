"""Real databases, made when first asked for: migrated once, then copied for each test.

`database` runs a test on SQLite and on PostgreSQL. What is about one of them alone asks for
`sqlite_database` (its file is `database_file`) or `postgres_database` (its URL is `postgres_url`).
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from services import schema
from services.database import Database
from tests.databases import Postgres, started_postgres

# How long an example takes says nothing of whether it is right.
settings.register_profile("stillwatch", deadline=None)
settings.load_profile("stillwatch")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "stillwatch.db"
    schema.migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def database_file(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "stillwatch.db"))


@pytest.fixture
def sqlite_database(database_file: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{database_file}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The one server of this session; a test that stops a server starts its own `Postgres`."""
    with started_postgres() as postgres:
        yield postgres


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that the test may stop, crash and restart: `own_postgres.server.restart()`."""
    with started_postgres() as postgres:
        yield postgres


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of a migrated database of the test's own."""
    with postgres.new_database() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """The same test on each database that we promise to run on."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    database: Database = request.getfixturevalue(name)
    return database
