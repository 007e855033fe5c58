"""Putting a backup in the place of an SQLite database, and keeping what was there."""

import hashlib
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from services import schema

_CHUNK = 1 << 20
_SIDE_FILES = ("-wal", "-shm", "-journal")


class RestoreError(Exception):
    """The backup cannot be restored, and nothing was changed; the message is one line."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The backup's checksum and schema, and where the database is that was there before."""

    sha256: str
    revision: str
    replaced: Path | None


def packs_beside(file: Path) -> Path:
    """The folder with the review packs of a backup."""
    return file.with_suffix(".packs")


def put_in_place(file: Path, target: Path, *, without_checksum: bool = False) -> Restored:
    """Check the backup and make it the database at `target`, in one step that is whole or not
    done. Nobody may have `target` open. Raises `RestoreError` or `SchemaError`.
    """
    draft = target.with_name(f".{target.name}.restoring")
    try:
        digest = _copy(file, draft)
        _require_checksum(file, digest, without_checksum)
        _require_whole(draft)
        revision = schema.require_known(draft)
        replaced = _put_aside(target)
        os.replace(draft, target)
        _sync_folder(target.parent)
    except OSError as error:
        raise RestoreError(f"The backup cannot be restored: {error}.") from error
    finally:
        for name in (draft, *_beside(draft)):
            name.unlink(missing_ok=True)
    return Restored(digest, revision, replaced)


def _copy(file: Path, draft: Path) -> str:
    digest = hashlib.sha256()
    draft.parent.mkdir(parents=True, exist_ok=True)
    with file.open("rb") as source, draft.open("wb") as copy:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _require_checksum(file: Path, digest: str, without_checksum: bool) -> None:
    checksum = file.with_name(f"{file.name}.sha256")
    if not checksum.exists():
        if without_checksum:
            return
        raise RestoreError(f"There is no {checksum.name} beside the backup to check it by.")
    words = checksum.read_text("utf-8", "replace").split()
    if not words or words[0] != digest:
        raise RestoreError(f"The backup {file} is not the one that its checksum was made of.")


def _require_whole(draft: Path) -> None:
    uri = f"{draft.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            problems = [str(row[0]) for row in database.execute("PRAGMA integrity_check(1)")]
    except sqlite3.DatabaseError as error:
        problems = [str(error)]
    if problems != ["ok"]:
        raise RestoreError(f"The backup is damaged: {' '.join(problems[0].split())}.")


def _put_aside(target: Path) -> Path | None:
    """Give the present database a second name; whoever starts meanwhile still finds it."""
    if not target.exists():
        return None
    _settle(target)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    aside = target.with_name(f"{target.name}.replaced-{stamp}")
    for name, other in zip(_beside(target), _beside(aside), strict=True):
        if name.exists():  # it could not be settled, and the log must not meet the other file
            name.rename(other)
    os.link(target, aside)
    return aside


def _settle(target: Path) -> None:
    """Write what is in the log into the file itself, if that can be read at all."""
    try:
        with closing(sqlite3.connect(target, timeout=1)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise RestoreError("Another program uses the database; stop it first.") from error
    except sqlite3.DatabaseError:
        pass  # it is damaged, which may well be why it is replaced


def _beside(path: Path) -> list[Path]:
    return [path.with_name(f"{path.name}{suffix}") for suffix in _SIDE_FILES]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
