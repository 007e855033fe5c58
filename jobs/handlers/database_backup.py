"""`database.backup`: a verified copy of the whole database, taken while work goes on."""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import select

from jobs.context import OperationFailed, RunContext
from models.columns import utc_now

_PAGES_A_STEP = 500
_CHUNK = 1 << 20


def back_up_database(context: RunContext) -> None:
    """Leave `backups/stillwatch-….db` and its `.sha256` in the data folder, or nothing at all."""
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
        with _gone_afterwards(draft):
            _copy(context, source, draft)
            _verify(draft)
            _publish(context, draft, target)
    except OSError as error:
        raise OperationFailed("cannot_write", f"The copy cannot be written: {error}.") from error
    except sqlite3.Error as error:
        raise OperationFailed("cannot_copy", f"The copy cannot be made: {error}.") from error


@contextmanager
def _gone_afterwards(draft: Path) -> Iterator[None]:
    """Whatever happens, no half copy stays behind."""
    try:
        yield
    finally:
        draft.unlink(missing_ok=True)
        draft.with_name(f"{draft.name}-journal").unlink(missing_ok=True)


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
        origin.backup(copy, pages=_PAGES_A_STEP, progress=report, sleep=0.01)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with no log beside it


def _verify(draft: Path) -> None:
    uri = f"{draft.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as copy:
        verdict = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise OperationFailed("copy_damaged", f"The copy does not verify: {verdict}.")


def _publish(context: RunContext, draft: Path, target: Path) -> None:
    digest = hashlib.sha256()
    with draft.open("rb") as copy:
        while chunk := copy.read(_CHUNK):
            digest.update(chunk)
            context.checkpoint()
        os.fsync(copy.fileno())
    draft.rename(target)
    checksum = target.with_name(f"{target.name}.sha256")
    checksum.write_text(f"{digest.hexdigest()}  {target.name}\n")
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
