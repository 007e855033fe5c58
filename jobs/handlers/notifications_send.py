"""`notifications.send`: hands messages to the channels of whoever is to be told."""

import logging

from jobs.context import RunContext
from models import DeliveryStatus
from services.notifications import letters, message
from services.notifications.letters import Letter
from services.notifications.outlet import AddressError, NotDeliveredError, Outlet
from stillwatch.operations import OperationFailed

_log = logging.getLogger("stillwatch.notifications")


def send(context: RunContext, outlet: Outlet | None = None) -> None:
    """Send what this run has not sent yet; what failed is tried again by the retry policy.

    Killed between a message and its record it sends that one again: at least once, not at most.
    """
    with context.database.reading() as session:
        waiting = letters.find_open(session, context.run.id)
    context.expect(len(waiting))
    failed = [one for one in waiting if not _send(context, outlet or Outlet(), one)]
    if failed:
        text = f"{len(failed)} of {len(waiting)} messages were not delivered."
        raise OperationFailed("not_delivered", text, may_retry=True)


def _send(context: RunContext, outlet: Outlet, delivery_id: int) -> bool:
    """Send one and record it; False when it may be tried again."""
    context.checkpoint()
    with context.database.reading() as session:
        letter = letters.find_letter(session, delivery_id)
    status, reason = _deliver(outlet, letter)
    with context.database.writing() as session:
        letters.record(session, delivery_id, status, reason)
    context.count(
        succeeded=int(status is DeliveryStatus.SENT),
        failed=int(status is DeliveryStatus.FAILED),
        skipped=int(status is DeliveryStatus.SKIPPED),
    )
    return status is not DeliveryStatus.FAILED


def _deliver(outlet: Outlet, letter: Letter) -> tuple[DeliveryStatus, str | None]:
    if letter.address is None:
        return DeliveryStatus.SKIPPED, "The channel was removed."
    if letter.is_trial:
        told = message.trial(outlet, letter.language)
    elif letter.run is None:
        return DeliveryStatus.SKIPPED, "The run is not kept any longer."
    elif not letter.may_see:
        return DeliveryStatus.SKIPPED, "The person may not see this run any more."
    else:
        told = message.of_run(outlet, letter.language, letter.run)
    try:
        outlet.send(letter.address, *told)
    except AddressError as refusal:
        return DeliveryStatus.SKIPPED, str(refusal)
    except NotDeliveredError as failure:
        _log.warning("delivery %s failed: %s", letter.id, failure)
        return DeliveryStatus.FAILED, str(failure)
    return DeliveryStatus.SENT, None
