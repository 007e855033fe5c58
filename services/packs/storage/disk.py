"""What a disk is: a place that keeps finished packs under paths of its own."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,128}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*")
_STORED = re.compile(rf"{_NAME.pattern}\.(?P<token>{_TOKEN.pattern})\.zip")


class StorageError(Exception):
    """A disk could not do what it was asked; the message is safe to show."""

    code = "storage_failed"


class StorageFullError(StorageError):
    """There is no room left; nothing was kept."""

    code = "disk_full"


class PackMissingError(StorageError):
    """There is no such file, or its path leads out of the disk, which is the same."""

    code = "file_missing"


class PackAlteredError(StorageError):
    """The file is not the one that was stored."""

    code = "file_altered"


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """Something on a disk, and the lease token that it was written under.

    `stored_at` is when it was written by the disk's own clock, aware UTC.
    """

    path: str
    token: str
    is_draft: bool
    stored_at: datetime


def go_on() -> None:
    """The checkpoint of who never stops."""


class Disk(Protocol):
    """Paths are relative, made by `put`, and looked at with distrust everywhere else."""

    def put(
        self, token: str, name: str, source: Path, checkpoint: Callable[[], None] = go_on
    ) -> str:
        """Keep the file at `source`, durably and under a name that carries `token`; its path.

        It is there whole or not at all. `source` is used up. Where it takes its time,
        `checkpoint` is called now and then, and may raise to stop. Raises `StorageError`.
        """
        ...

    def size(self, path: str) -> int:
        """In bytes. Raises `PackMissingError`."""
        ...

    def open_range(self, path: str, start: int, length: int) -> Iterator[bytes]:
        """Those bytes in pieces of at most 1 MiB. Raises `PackMissingError` at once."""
        ...

    def delete(self, path: str) -> None:
        """Remove the file; that there is none is no error."""
        ...

    def entries(self) -> Iterable[StoredEntry]:
        """All that lies on the disk, drafts that a crash has left included."""
        ...

    def discard(self, entry: StoredEntry) -> None:
        """Remove one of the `entries`; that it is gone is no error."""
        ...


def stored_path(token: str, name: str) -> str:
    """Where a pack called `name` (`contoso/review-pack-7`) is kept when `token` writes it."""
    if not _TOKEN.fullmatch(token) or not _NAME.fullmatch(name):
        raise StorageError("The pack's name or token cannot be part of a file name.")
    return f"{name}.{token}.zip"


def require_stored_path(path: str) -> str:
    """`path` if `stored_path` could have made it; raises `PackMissingError` for any other text."""
    if len(path) > 1000 or not _STORED.fullmatch(path):
        raise PackMissingError("The pack's file is not there.")
    return path


def token_of(path: str) -> str | None:
    """The token in a stored path; None for what no `put` has made."""
    match = _STORED.fullmatch(path)
    return match["token"] if match else None
