"""What is swept of review packs: those past their time or that nobody makes, and stray files."""

import logging
import time
from collections.abc import Callable
from functools import partial

from jobs.sweeper import Chore
from services import kept_packs, pack_rows
from services.database import Database
from services.packs.storage.disk import Disk, StorageError, StoredEntry
from services.packs.storage.disks import Disks
from services.packs.storage.sweeping import sweep

_LEFTOVERS_EVERY = 60.0  # seconds
_ORPHANS_EVERY = 60.0
_log = logging.getLogger("stillwatch.worker")


def pack_chores(
    database: Database, disks: Disks, clock: Callable[[], float] = time.monotonic
) -> list[Chore]:
    """For every process: any number of them may be at it at once."""
    return [
        partial(_expire, database),
        _at_most_every(_ORPHANS_EVERY, partial(_close_orphans, database), clock),
        _at_most_every(_LEFTOVERS_EVERY, partial(_remove_leftovers, database, disks), clock),
    ]


def _expire(database: Database) -> None:
    """Mark what is past its time; the files are leftovers an hour later."""
    # Look before asking for the write lock: an idle process stands in nobody's way.
    with database.reading() as session:
        if not kept_packs.find_due(session):
            return
    with database.writing() as session:
        expired = kept_packs.expire(session)
    for pack_id in expired:
        _log.info("review pack %s has expired", pack_id)


def _close_orphans(database: Database) -> None:
    with database.reading() as session:
        if not pack_rows.has_orphans(session):
            return
    with database.writing() as session:
        closed = pack_rows.close_orphans(session)
    for pack_id in closed:
        _log.warning("review pack %s was being made by nobody, and is closed as failed", pack_id)


def _remove_leftovers(database: Database, disks: Disks) -> None:
    def find_wanted(entries: list[StoredEntry]) -> set[str]:
        with database.reading() as session:
            return kept_packs.find_wanted(session, entries)

    for name, disk in disks.all().items():
        removed = _swept(name, disk, find_wanted)
        if removed:
            _log.info("%s files that no review pack needs any more were removed", removed)


def _swept(name: str, disk: Disk, find_wanted: Callable[[list[StoredEntry]], set[str]]) -> int:
    try:
        return sweep(disk, find_wanted)
    except StorageError as error:
        _log.warning("the disk %s of review packs cannot be swept: %s", name, error)
        return 0


def _at_most_every(seconds: float, chore: Chore, clock: Callable[[], float]) -> Chore:
    """At the first call, and then when so much time has passed."""
    done_at = float("-inf")

    def do_if_due() -> None:
        nonlocal done_at
        if clock() - done_at >= seconds:
            done_at = clock()
            chore()

    return do_if_due
