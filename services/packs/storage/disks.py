"""The disks of this instance, by the names that packs refer to them by."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from services.packs.storage.disk import Disk, PackMissingError
from services.packs.storage.local_disk import LocalDisk

LOCAL = "local"
S3 = "s3"
_FOLDER = "packs"


def local_disk(data_dir: Path) -> LocalDisk:
    """The one that every instance has; its paths are relative to the data folder."""
    return LocalDisk(data_dir / _FOLDER, f"{_FOLDER}/")


class Disks:
    """The local disk, on which also every draft is written, and any others. New packs go to
    `default`; an old one says on which it is."""

    def __init__(
        self, local: LocalDisk, others: Mapping[str, Disk] | None = None, default: str = LOCAL
    ) -> None:
        self._local = local
        self._disks: dict[str, Disk] = {**(others or {}), LOCAL: local}
        if default not in self._disks:
            raise ValueError(f"there is no disk {default!r}")
        self.default = default

    def draft(self, token: str) -> AbstractContextManager[Path]:
        """A place for the archive in the making; see `LocalDisk.draft`."""
        return self._local.draft(token)

    def named(self, name: str | None) -> Disk:
        """Raises `PackMissingError` for a disk that is not configured any more."""
        disk = self._disks.get(name or "")
        if disk is None:
            raise PackMissingError("The disk that the pack was stored on is not configured.")
        return disk

    def all(self) -> Mapping[str, Disk]:
        return self._disks
