"""What `stillwatch restore` does inside a checkout."""

import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import UserSession
from models.columns import utc_now
from services import audit, kept_packs, schema
from services.database import Database
from services.kept_packs import ReadyFile
from services.packs.storage.copies import is_there, take_back
from services.packs.storage.disk import StorageError
from services.packs.storage.disks import LOCAL, local_disk
from services.restoring import Restored, RestoreError, packs_beside, put_in_place
from services.server_lock import only_server
from settings import Settings, read_settings
from stillwatch.checkout import one_line_errors


def restore(file: Path, without_checksum: bool) -> Iterator[str]:
    """Put `file` in the place of the database; yields what was done, a line each."""
    with one_line_errors():
        settings = read_settings(os.environ)
        if not schema.is_sqlite(settings.database_url):
            raise RestoreError("On PostgreSQL use pg_restore; docs/operations.md shows how.")
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with only_server(settings.data_dir):
            yield from _restore(settings, file, without_checksum)


def _restore(settings: Settings, file: Path, without_checksum: bool) -> Iterator[str]:
    target = schema.sqlite_path(settings.database_url)
    done = put_in_place(file, target, without_checksum=without_checksum)
    yield f"restored      {file}, with the schema {done.revision}"
    if done.replaced is not None:
        yield f"kept          the database that was there, as {done.replaced}"
    if (migrated := schema.bring_up_to_date(settings.database_url)) is not None:
        yield f"schema        {migrated}"
    database = Database(settings.database_url)
    try:
        with database.writing() as session:
            _note(session, file, done)
        yield from _take_packs_back(database, settings, packs_beside(file))
    finally:
        database.close()


def _note(session: Session, file: Path, done: Restored) -> None:
    """Sign-ins that were ended since the backup would be alive again; so none is."""
    session.execute(
        update(UserSession)
        .where(col(UserSession.revoked_at).is_(None))
        .values(revoked_at=utc_now())
    )
    details = {"file": file.name, "sha256": done.sha256, "schema": done.revision}
    audit.record(session, "database.restored", "database", None, details=details)


def _take_packs_back(database: Database, settings: Settings, folder: Path) -> Iterator[str]:
    disk = local_disk(settings.data_dir)
    with database.reading() as session:
        files = kept_packs.find_ready_files(session, LOCAL)
    missing = [file for file in files if not is_there(disk, file.path, file.size)]
    problems = {file.path: _problem(settings, file, folder) for file in missing}
    lost = {path: problem for path, problem in problems.items() if problem}
    there, back = len(files) - len(missing), len(missing) - len(lost)
    yield f"review packs  {there} were there, {back} restored"
    for path, problem in lost.items():
        yield f"lost          {path}: {problem}"


def _problem(settings: Settings, file: ReadyFile, folder: Path) -> str | None:
    try:
        take_back(local_disk(settings.data_dir), file.path, file.sha256, folder)
    except StorageError as error:
        return str(error)
    return None
