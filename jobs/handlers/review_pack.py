"""`review_pack.generate`: a tenant's evidence, gathered into one archive that is kept and dated."""

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.context import RunContext
from services import pack_making
from services.pack_making import Commission, KeptFile, PackGoneError
from services.packs.keeping import Keeping, keeping_in
from services.packs.order import PackOptionsError, Stage, Step
from services.packs.place import PackTenantGoneError
from services.packs.storage.checksums import measure
from services.packs.storage.disk import StorageError
from services.packs.storage.local_disk import require_room
from stillwatch.operations import OperationFailed

if TYPE_CHECKING:
    from services.packs.making import MadePack

_TELL_EVERY = 3.0  # seconds; the card looks every ten


def generate_pack(context: RunContext, keeping: Keeping | None = None) -> None:
    """Make the pack of this run, or leave nothing behind; the run's end makes it ready."""
    keeping = keeping or keeping_in(context.data_dir)
    try:
        with context.database.reading() as session:
            commission = pack_making.find_commission(session, context.run)
        _make(context, keeping, commission)
    except StorageError as error:
        raise OperationFailed(error.code, str(error)) from error
    except PackOptionsError as error:
        raise OperationFailed("bad_options", str(error)) from error
    except PackTenantGoneError as error:
        raise OperationFailed("tenant_gone", str(error)) from error
    except PackGoneError as error:
        raise OperationFailed("pack_gone", str(error)) from error


def _make(context: RunContext, keeping: Keeping, commission: Commission) -> None:
    disks, token = keeping.disks, context.run.token
    with disks.draft(token) as draft:
        made = _write(context, commission, draft)
        facts = measure(draft, context.checkpoint)
        disk = disks.named(disks.default)
        path = disk.put(token, commission.file_name, draft, context.checkpoint)
    try:
        context.raise_interruption()
    except BaseException:
        disk.delete(path)
        raise
    # From here on only the loss of the lease stops it, and then a sweep removes the file.
    file = KeptFile(disks.default, path, facts)
    context.on_complete(
        partial(
            pack_making.make_ready,
            order=commission.order,
            made=made,
            file=file,
            keep_for=keeping.keep_for,
        )
    )


def _write(context: RunContext, commission: Commission, draft: Path) -> "MadePack":
    # Charts and fonts, 35 MB and a third of a second, which only those processes pay that draw.
    from services.packs.making import make_pack

    with draft.open("w+b") as file:
        return make_pack(context.database, commission.order, file, _Follower(context, draft))


class _Follower:
    """Tells the run how many runs were read, and the pack what its making is at.

    Ends it when the disk that the draft is on is about to be full.
    """

    def __init__(self, context: RunContext, draft: Path) -> None:
        self._context = context
        self._draft = draft
        self._runs = 0
        self._stage: Stage | None = None
        self._told_at = 0.0

    def __call__(self, step: Step) -> None:
        require_room(self._draft)
        self._expect(step)
        self._context.count(succeeded=step.runs - self._runs)
        self._runs = step.runs
        now = time.monotonic()
        if step.stage is not self._stage or now - self._told_at >= _TELL_EVERY:
            self._stage, self._told_at = step.stage, now
            with self._context.database.writing() as session:
                pack_making.tell_stage(session, self._context.run, step.stage, step.share)

    def _expect(self, step: Step) -> None:
        """How many there will be is not known without counting, which would take as long."""
        is_reading = step.stage is Stage.RUNS and step.share > 0
        self._context.expect(round(step.runs / step.share) if is_reading else step.runs)
