"""`evidence.verify`: are the packs that this workspace keeps still what they were made as?"""

from jobs.context import RunContext
from services import kept_packs
from services.kept_packs import KeptPack
from services.packs.keeping import Keeping, keeping_in
from services.packs.storage.disk import PackAlteredError, StorageError
from services.packs.storage.verified_reading import verify_stored


def verify_evidence(context: RunContext, keeping: Keeping | None = None) -> None:
    """Record every drift as a failure; the run is partially succeeded when there is any."""
    keeping = keeping or keeping_in(context.data_dir)
    workspace_id = context.run.workspace_id
    with context.database.reading() as session:
        ids = kept_packs.find_ready_ids(session, workspace_id)
    context.expect(len(ids))
    context.checkpoint()
    for pack_id in ids:
        with context.database.reading() as session:
            pack = kept_packs.find_ready(session, pack_id)
        if pack is None:
            context.count(skipped=1)
            continue
        try:
            _verify(context, keeping, pack)
            context.count(succeeded=1)
        except StorageError as error:
            _record(context, pack, error)


def _verify(context: RunContext, keeping: Keeping, pack: KeptPack) -> None:
    if pack.facts is None:
        raise PackAlteredError("What the pack's file must be is not stored with it any more.")
    for _ in verify_stored(keeping.disks.named(pack.disk), pack.path, pack.facts):
        context.checkpoint()


def _record(context: RunContext, pack: KeptPack, error: StorageError) -> None:
    with context.database.reading() as session:
        is_over = kept_packs.find_ready(session, pack.id) is None
    if is_over:  # it expired meanwhile, and its file with it
        context.count(skipped=1)
        return
    context.failure(error.code, str(error), sample=f"review pack {pack.id} of {pack.tenant_slug}")
    context.count(failed=1)
