"""The schema follows the code: migrated at start on SQLite, by `stillwatch migrate` on PostgreSQL.

Of an SQLite file a copy is put aside first. PostgreSQL is shared by processes of several versions
during an upgrade, so that nobody but its operator changes it.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class SchemaError(Exception):
    """The database cannot be used as it is; the message is one line for the operator."""


def prepare(url: str) -> str | None:
    """Make sure that a process may start on `url`; return what had to be done, if anything.

    Raises `SchemaError` when the database cannot be used, or PostgreSQL still has to be migrated.
    """
    if is_sqlite(url):
        return bring_up_to_date(url)
    found = _revision_on_server(url)
    if _is_older(found, _name(url)):
        raise SchemaError(
            f"{_name(url)} has {_described(found)}, and this version needs {_head()}; "
            "run `stillwatch migrate`."
        )
    return None


def bring_up_to_date(url: str) -> str | None:
    """Migrate the database at `url` to the code's schema; return what was done, if anything.

    Raises `SchemaError`, and leaves the database untouched, when it is newer than the code.
    """
    name = _name(url)
    found = _stored_revision(sqlite_path(url)) if is_sqlite(url) else _revision_on_server(url)
    if not _is_older(found, name):
        return None
    copied = None
    if is_sqlite(url) and found is not None:
        copied = _copy_aside(sqlite_path(url), found)
    migrate(url)
    head = _head()
    return f"migrated to {head}" + (f", the previous state is in {copied}" if copied else "")


def migrate(url: str) -> None:
    """Run every migration that the database at `url` still lacks."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def is_served(engine: Engine) -> bool:
    """Whether a process that runs may go on: on its own schema, or on a newer one, which an
    upgrade has just brought and in which columns are only added."""
    with engine.connect() as connection:
        found = _revision(connection)
    return found is not None and (found == _head() or found not in _known())


def require_known(path: Path) -> str:
    """The revision of an SQLite file that this code can use or migrate. Raises `SchemaError`."""
    found = _stored_revision(path)
    if found is None:
        raise SchemaError(f"The file {path} is no database of Stillwatch.")
    _is_older(found, f"The file {path}")
    return found


def is_sqlite(url: str) -> bool:
    """Whether `url` names an SQLite database."""
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_path(url: str) -> Path:
    """The file behind an SQLite `url`."""
    return Path(make_url(url).database or "")


def _is_older(found: str | None, name: str) -> bool:
    """Whether a database with schema `found` is to be migrated. Raises when it is too new."""
    if found == _head():
        return False
    if found is not None and found not in _known():
        raise SchemaError(
            f"{name} has schema {found}, which is newer than this version knows; "
            "install the newer Stillwatch or restore an older copy."
        )
    return True


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()}


def _head() -> str | None:
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def _name(url: str) -> str:
    return f"The database {sqlite_path(url) if is_sqlite(url) else make_url(url).database}"


def _described(revision: str | None) -> str:
    return "no schema yet" if revision is None else f"the older schema {revision}"


def _revision_on_server(url: str) -> str | None:
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


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
