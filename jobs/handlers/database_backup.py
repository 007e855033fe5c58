"""`database.backup`: a verified copy of the whole database, taken while work goes on."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import select

from jobs.context import RunContext
from jobs.handlers.database_check import integrity_problems
from models.columns import utc_now
from services import kept_packs
from services.packs.storage.copies import put_aside
from services.packs.storage.disk import StorageError
from services.packs.storage.disks import LOCAL, local_disk
from services.restoring import packs_beside
from stillwatch.operations import OperationFailed

_PAGES_A_STEP = 500
_CHUNK = 1 << 20
_PACKS = ".packs"


def back_up_database(context: RunContext) -> None:
    """Leave `backups/stillwatch-….db` and its `.sha256` in the data folder, or nothing at all.

    Beside them, in `stillwatch-….packs`, the review packs of the data folder.
    """
    if not context.database.is_sqlite:
        raise OperationFailed(
            "use_server_backup",
            "On PostgreSQL the server's own backup is to be used: pg_dump, or base backups.",
        )
    source = Path(str(context.database.engine.url.database))
    with context.database.reading() as session:
        stamp = session.execute(select(utc_now())).scalar_one().strftime("%Y%m%d-%H%M%S")
    target = context.data_dir / "backups" / f"stillwatch-{stamp}-run{context.run.id}.db"
    draft = target.with_name(f".{target.name}.{context.run.token}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(context, target.parent)
        with _gone_afterwards(draft):
            _copy(context, source, draft)
            _verify(context, draft)
            _keep_packs(context, draft)
            _publish(context, draft, target)
    except OSError as error:
        raise OperationFailed("cannot_write", f"The copy cannot be written: {error}.") from error
    except sqlite3.Error as error:
        raise OperationFailed("cannot_copy", f"The copy cannot be made: {error}.") from error


def _sweep(context: RunContext, folder: Path) -> None:
    """Drafts of this very run are from an attempt that was killed: it is ours alone by now."""
    for draft in folder.glob(f".stillwatch-*-run{context.run.id}.db.*"):
        _remove(draft)


@contextmanager
def _gone_afterwards(draft: Path) -> Iterator[None]:
    """Whatever happens, no half copy stays behind."""
    try:
        yield
    finally:
        for suffix in ("", "-journal", "-wal", "-shm", ".sha256", _PACKS):
            _remove(draft.with_name(f"{draft.name}{suffix}"))


def _remove(left: Path) -> None:
    if left.is_dir():
        shutil.rmtree(left)
    else:
        left.unlink(missing_ok=True)


def _copy(context: RunContext, source: Path, draft: Path) -> None:
    done = 0

    def report(_status: int, remaining: int, total: int) -> None:
        nonlocal done
        context.expect(total)
        pages = total - remaining
        if pages > done:
            context.count(succeeded=pages - done)
            done = pages

    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(draft)) as copy:
        # One snapshot for the whole copy: any write meanwhile would start it afresh, and our own
        # progress is such a write, four times a second.
        origin.execute("BEGIN")
        origin.execute("SELECT count(*) FROM sqlite_master").fetchone()
        origin.backup(copy, pages=_PAGES_A_STEP, progress=report, sleep=0.01)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with no log beside it


def _verify(context: RunContext, draft: Path) -> None:
    uri = f"{draft.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, check_same_thread=False)) as copy:
        problems = integrity_problems(context, copy)
    if problems:
        raise OperationFailed("copy_damaged", f"The copy does not verify: {problems[0]}.")


def _keep_packs(context: RunContext, draft: Path) -> None:
    with context.database.reading() as session:
        paths = [file.path for file in kept_packs.find_ready_files(session, LOCAL)]
    if not paths:
        return
    aside = draft.with_name(f"{draft.name}{_PACKS}")
    try:
        for path, is_kept in put_aside(local_disk(context.data_dir), paths, aside):
            context.checkpoint()
            if not is_kept:
                message = "The file of a review pack is not there to be copied"
                context.failure("file_missing", message, sample=path[:200])
    except StorageError as error:
        raise OperationFailed(error.code, str(error)) from error


def _publish(context: RunContext, draft: Path, target: Path) -> None:
    """Both files are on disk before either has its name, so that no name tells a lie."""
    digest = hashlib.sha256()
    with draft.open("rb") as copy:
        while chunk := copy.read(_CHUNK):
            digest.update(chunk)
            context.checkpoint()
        os.fsync(copy.fileno())
    checksum = draft.with_name(f"{draft.name}.sha256")
    with checksum.open("w", encoding="utf-8") as line:
        line.write(f"{digest.hexdigest()}  {target.name}\n")
        line.flush()
        os.fsync(line.fileno())
    packs = draft.with_name(f"{draft.name}{_PACKS}")
    if packs.exists():
        packs.rename(packs_beside(target))
    # The checksum first: a copy without one would look finished, a checksum alone does not.
    checksum.rename(target.with_name(f"{target.name}.sha256"))
    draft.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
