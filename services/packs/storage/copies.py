"""Review packs beside a backup: put there as further names of the same files, and taken back."""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from services.packs.storage.disk import (
    PackAlteredError,
    PackMissingError,
    StorageError,
    require_stored_path,
    token_of,
)
from services.packs.storage.local_disk import LocalDisk

_PIECE = 1 << 20


def put_aside(disk: LocalDisk, paths: Iterable[str], folder: Path) -> Iterator[tuple[str, bool]]:
    """Keep the files at `paths` of the disk below `folder`; each with whether it was there.

    A file is never written to once it has its name, so that a second name for it is a copy that
    takes neither time nor room.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        try:
            target = _below(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            disk.link(path, target)
        except PackMissingError:
            yield path, False
        else:
            yield path, True


def take_back(disk: LocalDisk, path: str, sha256: str, folder: Path) -> None:
    """Put the file back to where the disk had it. Raises `StorageError`, and leaves nothing."""
    source = _below(folder, path)
    token, name = _parts(disk.relative(path))
    if not source.is_file():
        raise PackMissingError("The backup holds no file of this pack.")
    with disk.draft(token) as draft:
        try:
            shutil.copyfile(source, draft)
        except OSError as error:
            raise StorageError(f"The file cannot be copied: {error}.") from error
        if _digest(draft) != sha256:
            raise PackAlteredError("The backup's file is not the one that was made.")
        disk.put(token, name, draft)


def is_there(disk: LocalDisk, path: str, size: int | None) -> bool:
    """Whether the disk has the file, as long as it is to be."""
    try:
        return disk.size(path) == size
    except StorageError:
        return False


def _below(folder: Path, path: str) -> Path:
    return folder / require_stored_path(path)


def _parts(path: str) -> tuple[str, str]:
    token = token_of(path)
    if token is None:
        raise PackMissingError("The pack's file is not there.")
    return token, path.removesuffix(f".{token}.zip")


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
        os.fsync(file.fileno())
    return digest.hexdigest()
