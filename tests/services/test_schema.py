import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from services import schema
from services.database import Database
from services.schema import SchemaError

HEAD = "0011"


def test_an_empty_folder_becomes_a_current_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'stillwatch.db'}"

    done = schema.bring_up_to_date(url)

    assert done == f"migrated to {HEAD}"
    assert schema.bring_up_to_date(url) is None


def test_an_empty_file_becomes_a_current_database(tmp_path: Path) -> None:
    path = tmp_path / "stillwatch.db"
    path.touch()

    schema.bring_up_to_date(f"sqlite:///{path}")

    assert revision_of(path) == HEAD
    assert names_in(tmp_path) == {"stillwatch.db"}


@pytest.mark.filterwarnings("ignore:autogenerate skipping")
def test_the_migrations_and_the_models_say_the_same(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                # The direction of an index's column cannot be read back; see the next test.
                "include_object": lambda _o, name, *_: name != "ix_operation_run_active",
                # Procrastinate's tables are its own.
                "include_name": lambda name, *_: not str(name).startswith("procrastinate"),
            },
        )

        differences = compare_metadata(context, SQLModel.metadata)

    assert differences == []


def test_the_queue_is_read_in_its_order_from_a_small_index(database_file: Path) -> None:
    with closing(sqlite3.connect(database_file)) as raw:
        plan = raw.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM operation_run "
            "WHERE status IN ('queued', 'running') AND status = 'queued' "
            "ORDER BY priority DESC, id LIMIT 1"
        ).fetchall()

    assert [row[3] for row in plan] == [
        "SEARCH operation_run USING COVERING INDEX ix_operation_run_active (status=?)"
    ]


def test_a_process_of_the_old_version_goes_on_while_the_new_one_is_rolled_out(
    database: Database,
) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'of the next version'"))

    assert schema.is_served(database.engine)


def test_the_migrated_file_is_served(database: Database) -> None:
    assert schema.is_served(database.engine)


def test_a_file_without_tables_is_not_served(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")

    is_served = schema.is_served(database.engine)

    database.close()
    assert not is_served


def test_another_program_may_leave_out_every_column_with_a_default(database_file: Path) -> None:
    with closing(sqlite3.connect(database_file)) as raw:
        raw.execute("INSERT INTO workspace (slug, name) VALUES ('northwind', 'Northwind')")
        raw.execute("INSERT INTO operation_run (workspace_id, type) VALUES (1, 'directory.sync')")

        run = raw.execute(
            "SELECT status, context, failure_summary, version, attempt, runner, length(created_at)"
            " FROM operation_run"
        ).fetchone()

    assert run == ("queued", "{}", "[]", 1, 1, "worker", len("YYYY-MM-DD HH:MM:SS.ffffff"))


def test_a_newer_database_is_refused_and_not_touched(database_file: Path) -> None:
    write_revision(database_file, "9999")
    before = digest(database_file), names_in(database_file.parent)

    with pytest.raises(SchemaError, match="9999, which is newer"):
        schema.bring_up_to_date(f"sqlite:///{database_file}")

    assert (digest(database_file), names_in(database_file.parent)) == before


def test_the_previous_state_is_put_aside_before_an_upgrade(
    database_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add_next_revision(tmp_path, monkeypatch)

    done = schema.bring_up_to_date(f"sqlite:///{database_file}")

    aside = database_file.with_name(f"stillwatch.db.before-{HEAD}-upgrade")
    assert done == f"migrated to next, the previous state is in {aside}"
    assert (revision_of(aside), revision_of(database_file)) == (HEAD, "next")


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    database_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add_next_revision(tmp_path, monkeypatch, and_then="raise RuntimeError('half-way')")

    with pytest.raises(RuntimeError, match="half-way"):
        schema.bring_up_to_date(f"sqlite:///{database_file}")

    assert revision_of(database_file) == HEAD
    assert "added" not in tables_in(database_file)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "stillwatch.db"
    path.write_bytes(b"this was never a database" * 40)

    with pytest.raises(SchemaError, match=r"stillwatch\.db is not a usable database") as refusal:
        schema.bring_up_to_date(f"sqlite:///{path}")

    assert "\n" not in str(refusal.value)


def add_next_revision(
    folder: Path, monkeypatch: pytest.MonkeyPatch, and_then: str = "pass"
) -> None:
    """Give the code one more revision, so that the newest one is an older state."""
    migrations = folder / "migrations"
    (migrations / "versions").mkdir(parents=True)
    for source in (schema._MIGRATIONS / "env.py", *schema._MIGRATIONS.glob("versions/*.py")):
        (migrations / source.relative_to(schema._MIGRATIONS)).write_bytes(source.read_bytes())
    (migrations / "versions" / "next.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision = 'next', '{HEAD}'\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE added (id INTEGER)')\n"
        f"    {and_then}\n"
    )
    monkeypatch.setattr(schema, "_MIGRATIONS", migrations)


def write_revision(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def revision_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as raw:
        row: tuple[str] = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    return row[0]


def tables_in(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as raw:
        return {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
