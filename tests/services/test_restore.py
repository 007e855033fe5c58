"""A backup is good for something: it becomes the database again, or says why it cannot."""

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from models import OperationRun, ReviewPack, Tenant
from policy.access import Grant
from services import restoring, schema
from services.auth import Viewer, WorkspaceRef
from services.database import Database
from services.packs.order import PackOptions
from services.restoring import RestoreError, put_in_place
from services.review_packs import ReviewPacks
from services.schema import SchemaError
from services.server_lock import only_server
from tests.browser.server import PASSWORD, ROOT, Server
from tests.services.test_schema import add_next_revision
from tests.waiting import wait_until


@pytest.fixture
def backup(migrated_file: Path, tmp_path: Path) -> Path:
    """A backup with its checksum, in which there is a workspace."""
    path = Path(shutil.copy(migrated_file, tmp_path / "backup.db"))
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("INSERT INTO workspace (slug, name) VALUES ('kept', 'Kept')")
        database.commit()
    sign(path)
    return path


@pytest.fixture
def target(migrated_file: Path, tmp_path: Path) -> Path:
    """The database that is there, with something in its log that is in no backup."""
    (tmp_path / "var").mkdir()
    path = Path(shutil.copy(migrated_file, tmp_path / "var" / "stillwatch.db"))
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("INSERT INTO workspace (slug, name) VALUES ('present', 'Present')")
        database.commit()
    return path


def sign(path: Path) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n")


def slugs(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return [row[0] for row in database.execute("SELECT slug FROM workspace")]


def command(data_dir: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stillwatch", *words],
        cwd=ROOT,
        env={**os.environ, "STILLWATCH_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_backup_takes_the_place_and_what_was_there_is_kept(backup: Path, target: Path) -> None:
    done = put_in_place(backup, target)

    assert slugs(target) == ["kept"]
    assert done.replaced is not None
    assert slugs(done.replaced) == ["present"]
    assert backup.exists()
    assert sorted(path.suffix for path in target.parent.iterdir())[0] == ".db"


def test_a_database_that_cannot_be_read_any_more_is_replaced_and_kept_as_it_is(
    backup: Path, target: Path
) -> None:
    target.write_bytes(b"no database")

    done = put_in_place(backup, target)

    assert slugs(target) == ["kept"]
    assert done.replaced is not None
    assert done.replaced.read_bytes() == b"no database"


def test_a_database_that_somebody_has_open_is_left_alone(backup: Path, target: Path) -> None:
    with closing(sqlite3.connect(target)) as other:
        other.execute("SELECT * FROM workspace").fetchall()

        with pytest.raises(RestoreError, match="Another program uses the database"):
            put_in_place(backup, target)

    assert slugs(target) == ["present"]


def test_where_there_is_no_database_the_backup_becomes_it(backup: Path, tmp_path: Path) -> None:
    done = put_in_place(backup, tmp_path / "new" / "stillwatch.db")

    assert done.replaced is None
    assert slugs(tmp_path / "new" / "stillwatch.db") == ["kept"]


@pytest.mark.parametrize("flaw", ["no checksum", "another", "damaged", "no database", "foreign"])
def test_a_backup_that_cannot_be_trusted_changes_nothing(
    backup: Path, target: Path, flaw: str
) -> None:
    checksum = backup.with_name("backup.db.sha256")
    match flaw:
        case "no checksum":
            checksum.unlink()
        case "another":
            checksum.write_text("0" * 64)
        case "damaged":
            content = bytearray(backup.read_bytes())
            content[4096 : 4096 * 8] = b"\xff" * 4096 * 7
            backup.write_bytes(content)
            sign(backup)
        case "no database":
            backup.write_bytes(b"not a database at all" * 1000)
            sign(backup)
        case "foreign":
            backup.unlink()
            with closing(sqlite3.connect(backup)) as database:
                database.execute("CREATE TABLE something (else_entirely)")
                database.commit()
            sign(backup)
    before = sorted(path.name for path in target.parent.iterdir())

    with pytest.raises((RestoreError, SchemaError)):
        put_in_place(backup, target)

    assert slugs(target) == ["present"]
    assert sorted(path.name for path in target.parent.iterdir() if "-" not in path.name) == [
        name for name in before if "-" not in name
    ]


def test_without_its_checksum_a_backup_is_taken_on_trust_only(backup: Path, target: Path) -> None:
    backup.with_name("backup.db.sha256").unlink()

    put_in_place(backup, target, without_checksum=True)

    assert slugs(target) == ["kept"]


def test_a_backup_of_a_newer_version_is_refused(
    backup: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_next_revision(tmp_path, monkeypatch)
    schema.migrate(f"sqlite:///{backup}")
    with closing(sqlite3.connect(backup)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
    sign(backup)
    monkeypatch.undo()

    with pytest.raises(SchemaError, match="newer than this version knows"):
        put_in_place(backup, target)

    assert slugs(target) == ["present"]


def test_a_failure_on_the_way_leaves_the_database_as_it_was(
    backup: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring.os, "replace", full)

    with pytest.raises(RestoreError, match="No space left"):
        put_in_place(backup, target)

    assert slugs(target) == ["present"]


def test_the_command_refuses_beside_a_server(backup: Path, target: Path) -> None:
    with only_server(target.parent):
        refused = command(target.parent, "restore", str(backup))

    assert refused.returncode == 1
    assert refused.stderr == f"Error: Another Stillwatch server already uses {target.parent}.\n"
    assert slugs(target) == ["present"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "var", STILLWATCH_LOG_FORMAT="json")
    server.data_dir.mkdir()
    server.start()
    yield server
    server.stop()


def test_a_console_whose_folder_is_lost_goes_on_from_its_backup(
    server: Server, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{server.data_dir / 'stillwatch.db'}")
    pack_id = make_pack(database)
    stop_writing = threading.Event()
    writer = threading.Thread(target=keep_writing, args=(server, stop_writing))
    writer.start()
    backup_run = server.add_run("queued", runner="worker", type="database.backup")
    wait_until(lambda: outcome(database, backup_run) == "succeeded", 60)
    stop_writing.set()
    writer.join()
    shutil.copytree(server.data_dir / "backups", tmp_path / "elsewhere")
    database.close()

    server.stop()
    shutil.rmtree(server.data_dir)
    server.data_dir.mkdir()
    (backup,) = (tmp_path / "elsewhere").glob("*.db")
    done = command(server.data_dir, "restore", str(backup))
    server.start()

    assert done.returncode == 0, done.stderr
    assert "review packs  0 were there, 1 restored" in done.stdout
    database = Database(f"sqlite:///{server.data_dir / 'stillwatch.db'}")
    # In the copy the backup was still running, and runs were queued: all of that goes on.
    wait_until(lambda: outcome(database, backup_run) == "succeeded", 60)
    with database.reading() as session:
        assert session.get_one(OperationRun, backup_run).attempt == 2
    check = server.add_run("queued", runner="worker", type="evidence.verify")
    wait_until(lambda: outcome(database, check) == "succeeded", 60)
    wait_until(lambda: server.count(_ACTIVE) == 0, 60)
    with database.reading() as session:
        pack = session.get_one(ReviewPack, pack_id)
    content = download(server, pack_id)
    assert hashlib.sha256(content).hexdigest() == pack.sha256
    database.close()


_ACTIVE = (
    "SELECT count(*) FROM operation_run WHERE runner = 'worker' AND status IN ('queued', 'running')"
)


def make_pack(database: Database) -> int:
    with database.writing() as session:
        tenant = session.scalars(select(Tenant).where(col(Tenant.slug) == "contoso")).one()
        grant = Grant("owner", tenant.workspace_id)
        here = WorkspaceRef(tenant.workspace_id, "northwind", "Northwind")
        owner = Viewer(1, 1, "Owner", "owner@example.test", here, (here,), (grant,))
        now = datetime.now(UTC)
        options = PackOptions(now - timedelta(days=30), now)
        pack_id = ReviewPacks(session, lambda *_: None).request(owner, tenant.id or 0, options)

    def status() -> str:
        with database.reading() as session:
            return session.get_one(ReviewPack, pack_id.pack_id).status

    wait_until(lambda: status() == "ready", 60, status)
    return pack_id.pack_id


def keep_writing(server: Server, stop: threading.Event) -> None:
    while not stop.wait(0.05):
        server.add_run("queued", runner="worker", type="database.check")


def outcome(database: Database, run_id: int) -> str | None:
    with database.reading() as session:
        return session.get_one(OperationRun, run_id).outcome


def download(server: Server, pack_id: int) -> bytes:
    with httpx.Client(base_url=server.url) as person:
        csrf = re.search(r'name="csrf" value="([^"]+)"', person.get("/login").text)
        assert csrf is not None
        form = {"email": "owner@example.test", "password": PASSWORD, "csrf": csrf[1]}
        assert person.post("/login", data=form).status_code == 303
        answer = person.get(f"/review-packs/{pack_id}/download")
        assert answer.status_code == 200
        return answer.content
