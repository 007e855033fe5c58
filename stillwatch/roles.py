"""What the web role and the worker role have in common, composed from the settings in one place."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from jobs.discovery import Found, installed_operations
from jobs.distributed import DistributedEngine
from jobs.embedded import EmbeddedEngine
from jobs.engines import engine_for
from jobs.pack_sweeping import pack_chores
from services.database import Database
from services.notifications.outlet import Outlet
from services.packs.keeping import Keeping
from services.packs.storage.disks import S3, Disks, local_disk
from services.packs.storage.s3_disk import S3Disk
from settings import Settings
from ui.presenters.locale import SOURCE_LANGUAGE, Locale


@dataclass(frozen=True, slots=True)
class Role:
    """What a process of either role works with; the engine is not started yet."""

    found: Found
    keeping: Keeping
    outlet: Outlet
    engine: EmbeddedEngine | DistributedEngine


def compose_role(settings: Settings, database: Database, slots: int) -> Role:
    """Everything for a process that does up to `slots` runs at once, or hands them all over."""
    keeping = pack_keeping(settings)
    outlet = notification_outlet(settings)
    found = installed_operations(keeping, outlet)
    engine = engine_for(
        database,
        found.operations,
        slots,
        settings.data_dir,
        lease=settings.lease,
        sweep=settings.sweep,
        chores=pack_chores(database, keeping.disks),
    )
    return Role(found, keeping, outlet, engine)


def notification_outlet(settings: Settings) -> Outlet:
    """By what people may be told here; the words are those of the pages, in all their languages."""
    return Outlet(
        settings.notify_schemes,
        settings.mail_url,
        settings.public_url,
        lambda language, text: Locale(language or SOURCE_LANGUAGE, ZoneInfo("UTC")).told(text),
    )


def pack_keeping(settings: Settings) -> Keeping:
    """The configured disks; a bucket stays readable when new packs go elsewhere."""
    others = {} if settings.s3 is None else {S3: S3Disk(settings.s3)}
    disks = Disks(local_disk(settings.data_dir), others, settings.pack_disk)
    return Keeping(disks, settings.keep_packs_for)
