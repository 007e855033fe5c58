"""The schema follows the code: migrated at start on SQLite, after a copy was put aside."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, make_url, text

_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class SchemaError(Exception):
    """The database cannot be used as it is; the message is one line for the operator."""


def bring_up_to_date(url: str) -> str | None:
    """Migrate an SQLite database at `url` to the code's schema; return what was done, if anything.

    Raises `SchemaError`, and leaves the file untouched, when it is newer than the code.
    """
    path = sqlite_path(url)
    found = _stored_revision(path)
    scripts = ScriptDirectory(str(_MIGRATIONS))
    head = scripts.get_current_head()
    if found == head:
        return None
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise SchemaError(
            f"The database {path} has schema {found}, which is newer than this version knows; "
            "install the newer Stillwatch or restore an older copy."
        )
    copied = _copy_aside(path, found) if found is not None else None
    migrate(url)
    return f"migrated to {head}" + (f", the previous state is in {copied}" if copied else "")


def migrate(url: str) -> None:
    """Run every migration that the database at `url` still lacks."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Whether the database carries exactly the schema of this code."""
    head = ScriptDirectory(str(_MIGRATIONS)).get_current_head()
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == head)


def is_sqlite(url: str) -> bool:
    """Whether `url` names an SQLite database."""
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_path(url: str) -> Path:
    """The file behind an SQLite `url`."""
    return Path(make_url(url).database or "")


def _stored_revision(path: Path) -> str | None:
    if not path.exists() or path.stat().st_size == 0:
        return None
    # Looking must not touch: `immutable` creates no side files, but would overlook a live log.
    has_log = path.with_name(path.name + "-wal").exists()
    mode = "mode=ro" if has_log else "mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)) as database:
            row = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise SchemaError(f"The database {path} cannot be opened: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise SchemaError(f"The file {path} is not a usable database: {error}.") from error
    return str(row[0]) if row else None


def _copy_aside(path: Path, revision: str) -> Path:
    target = path.with_name(f"{path.name}.before-{revision}-upgrade")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target
