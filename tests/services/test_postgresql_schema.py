"""PostgreSQL is migrated by its operator; everyone else only looks, and says what to do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from services import schema
from services.database import Database
from services.schema import SchemaError
from tests.databases import Postgres
from tests.services.test_schema import HEAD, add_next_revision


@pytest.fixture
def empty_url(postgres: Postgres) -> Iterator[str]:
    with postgres.new_database(is_empty=True) as url:
        yield url


def test_a_migrated_database_may_be_used(postgres_url: str) -> None:
    assert schema.prepare(postgres_url) is None


def test_a_database_without_a_schema_asks_for_migrate(empty_url: str) -> None:
    with pytest.raises(SchemaError, match=r"has no schema yet, .* run `stillwatch migrate`\."):
        schema.prepare(empty_url)

    assert revision_of(empty_url) is None


def test_an_older_database_asks_for_migrate(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add_next_revision(tmp_path, monkeypatch)

    with pytest.raises(SchemaError, match=f"the older schema {HEAD}, and this version needs next"):
        schema.prepare(postgres_url)

    assert schema.bring_up_to_date(postgres_url) == "migrated to next"
    assert schema.prepare(postgres_url) is None


def test_migrate_makes_a_database_usable_and_says_so(empty_url: str) -> None:
    done = schema.bring_up_to_date(empty_url)

    assert done == f"migrated to {revision_of(empty_url)}"
    assert schema.prepare(empty_url) is None
    assert schema.bring_up_to_date(empty_url) is None


@pytest.mark.parametrize("deed", [schema.prepare, schema.bring_up_to_date])
def test_a_newer_database_is_refused_by_all(
    postgres_database: Database, deed: Callable[[str], str | None]
) -> None:
    with postgres_database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaError, match="schema 9999, which is newer"):
        deed(url_of(postgres_database))


def test_an_upgrade_that_fails_changes_nothing(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add_next_revision(tmp_path, monkeypatch, and_then="raise RuntimeError('half-way')")

    with pytest.raises(RuntimeError, match="half-way"):
        schema.bring_up_to_date(postgres_url)

    assert revision_of(postgres_url) == HEAD


def revision_of(url: str) -> str | None:
    database = Database(url)
    try:
        with database.reading() as session:
            if session.scalar(text("SELECT to_regclass('alembic_version')")) is None:
                return None
            revision: str = session.execute(
                text("SELECT version_num FROM alembic_version")
            ).scalar_one()
            return revision
    finally:
        database.close()


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)
