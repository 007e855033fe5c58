"""Handing out a stored file without ever handing out a byte that was altered."""

import hashlib
from collections.abc import Iterator

from services.packs.storage.checksums import FileFacts
from services.packs.storage.disk import Disk, PackAlteredError

# Up to here the whole file is checked before its first byte leaves.
_SMALL = 8 << 20


def open_verified(
    disk: Disk, path: str, facts: FileFacts, start: int = 0, length: int | None = None
) -> Iterator[bytes]:
    """The bytes from `start` on, at most `length`, in pieces.

    Size, and for a small file the checksum, are checked before this returns; a larger one is
    checked chunk by chunk, each before its first byte is yielded. Raises `PackMissingError` and
    `PackAlteredError`, the latter also while reading.
    """
    end = facts.size if length is None else min(start + length, facts.size)
    if disk.size(path) != facts.size:
        raise PackAlteredError("The pack's file is not as long as it was.")
    if facts.size <= _SMALL:
        content = b"".join(disk.open_range(path, 0, facts.size))
        if hashlib.sha256(content).hexdigest() != facts.sha256:
            raise PackAlteredError("The pack's file is not the one that was made.")
        return iter((content[start:end],)) if start < end else iter(())
    return _by_chunk(disk, path, facts, start, end)


def verify_stored(disk: Disk, path: str, facts: FileFacts) -> Iterator[int]:
    """Read all of a stored file, and yield how many bytes are found right so far.

    Raises `PackMissingError` and `PackAlteredError`.
    """
    if disk.size(path) != facts.size:
        raise PackAlteredError("The pack's file is not as long as it was.")
    digest, done = hashlib.sha256(), 0
    for piece in disk.open_range(path, 0, facts.size):
        digest.update(piece)
        done += len(piece)
        yield done
    if digest.hexdigest() != facts.sha256:
        raise PackAlteredError("The pack's file is not the one that was made.")


def _by_chunk(disk: Disk, path: str, facts: FileFacts, start: int, end: int) -> Iterator[bytes]:
    for number in range(start // facts.chunk_size, -(-end // facts.chunk_size)):
        begin = number * facts.chunk_size
        chunk = b"".join(disk.open_range(path, begin, facts.chunk_size))
        if hashlib.sha256(chunk).hexdigest() != facts.chunks[number]:
            raise PackAlteredError("The pack's file is not the one that was made.")
        yield chunk[max(start - begin, 0) : end - begin]
