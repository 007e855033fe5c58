"""Removing what crashes have left behind."""

from collections.abc import Callable, Container

from services.packs.storage.disk import Disk, StoredEntry


def sweep(
    disk: Disk, find_wanted: Callable[[list[StoredEntry]], Container[str]], batch: int = 500
) -> int:
    """Delete what nobody wants, and return how many files that were.

    `find_wanted` gets entries and gives the paths among them to keep: the drafts and files whose
    token still holds a lease, and the files that a pack refers to. It is asked after the listing,
    so that what was begun meanwhile is not on it.
    """
    entries = list(disk.entries())
    removed = 0
    for begin in range(0, len(entries), batch):
        part = entries[begin : begin + batch]
        wanted = find_wanted(part)
        for entry in part:
            if entry.path not in wanted:
                disk.discard(entry)
                removed += 1
    return removed
