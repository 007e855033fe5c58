"""`runs.bulk`: cancels or starts again many runs, each by itself, and says what came of each."""

from jobs.context import RunContext
from models import BulkStatus
from services.bulk_work import REFUSALS, Item, do_item, find_items, refuse_item, told
from stillwatch.operations import OperationFailed


def do_in_bulk(context: RunContext) -> None:
    """Do what is pending; bears being repeated and being stopped anywhere.

    What is done to a run and the note that it is done are kept together, or neither is.
    """
    with context.database.reading() as session:
        items = find_items(session, context.run.id)
    context.expect(len(items))
    refused = 0
    for item in items:
        refused += not _is_done(context, item)
    if items and refused == len(items):
        raise OperationFailed("all_refused", "None of the runs could be dealt with.")


def _is_done(context: RunContext, item: Item) -> bool:
    """Deal with one run, or count what came of it before this worker; False when refused."""
    refusal = (
        _earlier_refusal(item) if item.status != BulkStatus.PENDING else _deal_with(context, item)
    )
    if refusal is None:
        context.count(succeeded=1)
        return True
    code, message = refusal
    context.failure(code, message, f"run {item.run_id}")
    context.count(failed=1)
    return False


def _earlier_refusal(item: Item) -> tuple[str, str] | None:
    if item.status == BulkStatus.DONE:
        return None
    return item.code or "refused", item.message or ""


def _deal_with(context: RunContext, item: Item) -> tuple[str, str] | None:
    context.raise_interruption()
    try:
        with context.database.writing() as session:
            # A worker that has lost the run must not act in its name any more.
            context.hold(session)
            do_item(session, context.operations(session), context.run, item.id)
        return None
    except tuple(REFUSALS) as refusal:
        with context.database.writing() as session:
            context.hold(session)
            refuse_item(session, item.id, refusal)
        return told(refusal)
