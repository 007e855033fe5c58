"""Where packs are kept, and for how long."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.packs.storage.disks import Disks, local_disk

KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Keeping:
    """The disks of this instance, and the time until a pack expires."""

    disks: Disks
    keep_for: timedelta = KEPT_FOR


def keeping_in(data_dir: Path) -> Keeping:
    """What is done where nothing else is configured."""
    return Keeping(Disks(local_disk(data_dir)))
