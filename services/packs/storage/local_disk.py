"""Packs in a folder of this machine."""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from services.packs.storage.disk import (
    PackMissingError,
    StorageError,
    StorageFullError,
    StoredEntry,
    go_on,
    require_stored_path,
    stored_path,
    token_of,
)

_PIECE = 1 << 20
_LEFT_FREE = 64 << 20
_DRAFTS = ".drafts"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# What a missing file, a file in place of a folder, and a link in place of either come to.
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


class LocalDisk:
    """The folder is made when needed, and nothing outside it is ever touched: paths are of a
    strict form, and no symbolic link below the folder is followed. With `prefix` they begin with
    that word, so as to be read from the folder's parent."""

    def __init__(self, folder: Path, prefix: str = "") -> None:
        self._folder = folder
        self._prefix = prefix

    @contextmanager
    def draft(self, token: str) -> Iterator[Path]:
        """A place for a file in the making, on the same file system; gone when this ends,
        unless `put` has taken it. Raises `StorageFullError` for a full disk on the way."""
        stored_path(token, "draft")
        path = self._folder / _DRAFTS / f"{token}.zip"
        try:
            with telling_of_full_disks():
                path.parent.mkdir(parents=True, exist_ok=True)
                yield path
        finally:
            with suppress(OSError):  # what brought us here is the better reason
                path.unlink()

    def put(
        self, token: str, name: str, source: Path, checkpoint: Callable[[], None] = go_on
    ) -> str:
        path = stored_path(token, name)
        with telling_of_full_disks():
            _sync(source)
            self._make_folders(path)
            target = self._open_folder(path)
            try:
                os.rename(source, path.rpartition("/")[2], dst_dir_fd=target)
                os.fsync(target)
            finally:
                os.close(target)
        return self._prefix + path

    def size(self, path: str) -> int:
        with _reading():
            descriptor = self._open(path)
            try:
                return os.fstat(descriptor).st_size
            finally:
                os.close(descriptor)

    def open_range(self, path: str, start: int, length: int) -> Iterator[bytes]:
        with _reading():
            return _pieces(self._open(path), start, length)

    def relative(self, path: str) -> str:
        """A stored path without the prefix. Raises `PackMissingError` for another disk's."""
        return self._below(path)

    def link(self, path: str, target: Path) -> None:
        """Give a stored file the name `target` besides its own; elsewhere than on this file
        system that is a copy. Raises `PackMissingError`."""
        with _reading("copied"):
            descriptor = self._open(path)
            try:
                _link(descriptor, target)
            finally:
                os.close(descriptor)

    def delete(self, path: str) -> None:
        with suppress(PackMissingError), _reading("removed"):
            path = self._below(path)
            folder = self._open_folder(path)
            try:
                os.unlink(path.rpartition("/")[2], dir_fd=folder)
            finally:
                os.close(folder)

    def discard(self, entry: StoredEntry) -> None:
        if entry.is_draft:
            with suppress(PackMissingError), _reading("removed"):
                (self._folder / entry.path).unlink()
        else:
            self.delete(entry.path)

    def entries(self) -> Iterator[StoredEntry]:
        for parent, _folders, files in os.walk(self._folder):
            for file in files:
                with suppress(PackMissingError), _reading():  # gone since the folder was listed
                    yield from self._entry(Path(parent) / file)

    def _entry(self, file: Path) -> Iterator[StoredEntry]:
        path = file.relative_to(self._folder).as_posix()
        stored_at = datetime.fromtimestamp(file.lstat().st_mtime, UTC)
        if path.startswith(f"{_DRAFTS}/"):
            yield StoredEntry(path, file.name.removesuffix(".zip"), True, stored_at)
        elif token := token_of(path):
            yield StoredEntry(self._prefix + path, token, False, stored_at)

    def _below(self, path: str) -> str:
        """A stored path as it is below the folder."""
        if not require_stored_path(path).startswith(self._prefix):
            raise PackMissingError("The pack's file is not there.")
        return require_stored_path(path.removeprefix(self._prefix))

    def _open(self, path: str) -> int:
        path = self._below(path)
        folder = self._open_folder(path)
        try:
            descriptor = _open_below(path.rpartition("/")[2], folder, os.O_RDONLY)
        finally:
            os.close(folder)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise PackMissingError("The pack's file is not there.")
        return descriptor

    def _open_folder(self, path: str) -> int:
        """The folder that `path` lies in, step by step, so that no step can be a link."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        for name in path.split("/")[:-1]:
            try:
                below = _open_below(name, descriptor, os.O_RDONLY | os.O_DIRECTORY)
            finally:
                os.close(descriptor)
            descriptor = below
        return descriptor

    def _make_folders(self, path: str) -> None:
        folder = self._folder
        for name in path.split("/")[:-1]:
            folder = folder / name
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                _sync(folder.parent)


@contextmanager
def telling_of_full_disks() -> Iterator[None]:
    """Turns what the file system refuses into an error of the storage, with a reason to show."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageFullError("There is no room left on the disk for review packs.") from error
        reason = os.strerror(error.errno) if error.errno else "unknown reason"
        raise StorageError(f"The file of the pack cannot be written: {reason}.") from error


@contextmanager
def _reading(done: str = "read") -> Iterator[None]:
    """Tells a file that is not there from one that cannot be had just now."""
    try:
        yield
    except OSError as error:
        if error.errno in _NOT_THERE:
            raise PackMissingError("The pack's file is not there.") from error
        reason = os.strerror(error.errno) if error.errno else "unknown reason"
        raise StorageError(f"The file of the pack cannot be {done}: {reason}.") from error


def _link(descriptor: int, target: Path) -> None:
    # By the descriptor: what is linked is the very file that was found to be one.
    try:
        os.link(f"/proc/self/fd/{descriptor}", target, follow_symlinks=True)
    except FileExistsError:
        pass
    except OSError:
        with os.fdopen(os.dup(descriptor), "rb") as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, _PIECE)
            copy.flush()
            os.fsync(copy.fileno())


def _open_below(name: str, folder: int, flags: int) -> int:
    # Not blocking: a pipe in place of the file would wait for its writer for ever.
    return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)


def require_room(path: Path) -> None:
    """Raise `StorageFullError` unless the file at `path` may grow.

    The last 64 MiB of its file system stay free, so that the database beside it can be written.
    """
    with telling_of_full_disks():
        free = shutil.disk_usage(path.parent).free
    if free < _LEFT_FREE:
        raise StorageFullError("There is no room left on the disk for review packs.")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _pieces(descriptor: int, start: int, length: int) -> Iterator[bytes]:
    with _reading(), os.fdopen(descriptor, "rb") as file:
        file.seek(start)
        while length > 0 and (piece := file.read(min(length, _PIECE))):
            length -= len(piece)
            yield piece
