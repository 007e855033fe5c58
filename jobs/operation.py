"""The operations that come with the console, and how any operation is offered to people."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from jobs.handlers import (
    bulk_runs,
    database_backup,
    database_check,
    evidence_check,
    notifications_send,
    retention_prune,
    review_pack,
)
from models import BULK_RUN, NOTIFICATION_SENDING, PACK_GENERATION
from policy.wording import said
from services import retention
from services.notifications.outlet import Outlet
from services.operation_options import OptionsForm
from services.operations import OperationOffer
from services.packs.keeping import Keeping
from stillwatch.operations import Operation, Retry, Scope

# Asked for in a place of its own, with more than a type: never started, or offered, by it alone.
UNLISTED = frozenset({PACK_GENERATION, BULK_RUN, NOTIFICATION_SENDING})
# Names and choices of options are identifiers; these are how they read, for the catalogues.
_READ_AS = (said("Depth"), said("quick"), said("full"))


def built_in_operations(
    keeping: Keeping | None = None, outlet: Outlet | None = None
) -> dict[str, Operation]:
    """The operations that come with the console, by type, most harmless first.

    Packs are kept by `keeping`, or else in the data folder; people are told by `outlet`.
    """
    operations = (
        Operation(
            "database.check",
            said("Check the database"),
            database_check.check_database,
            said(
                "Runs the database's own integrity check, then holds every run of this workspace "
                "against the rules of its lifecycle."
            ),
            options=database_check.CheckOptions,
        ),
        Operation(
            "evidence.verify",
            said("Verify review packs"),
            partial(evidence_check.verify_evidence, keeping=keeping),
            said(
                "Reads every review pack that this workspace keeps, and holds it against the "
                "checksum it was made with."
            ),
        ),
        Operation(
            "database.backup",
            said("Back up the database"),
            database_backup.back_up_database,
            said(
                "Copies the whole database and the review packs beside it into the data folder "
                "while work goes on, with a checksum, and opens the copy to verify it."
            ),
            Scope.INSTANCE,
        ),
        Operation(
            retention.PRUNING,
            said("Remove what is too old"),
            retention_prune.prune,
            said(
                "Removes the finished runs and the audit entries of this workspace that are older "
                "than its retention says, but nothing that a review pack still cites. Removes "
                "nothing while no retention is set."
            ),
            retry=Retry(3),
        ),
        Operation(
            PACK_GENERATION,
            said("Generate a review pack"),
            partial(review_pack.generate_pack, keeping=keeping),
            said("Gathers what is recorded of a tenant into one archive for an auditor."),
            Scope.TENANT,
        ),
        Operation(
            BULK_RUN,
            said("Cancel or start again in bulk"),
            bulk_runs.do_in_bulk,
            said("Does to each run that was chosen in the list what was asked for."),
            retry=Retry(3),
        ),
        Operation(
            NOTIFICATION_SENDING,
            said("Send notifications"),
            partial(notifications_send.send, outlet=outlet),
            said("Tells people, by their channels, that a run has ended."),
            timeout=timedelta(minutes=5),
            retry=Retry(4, first_delay=timedelta(seconds=20)),
        ),
    )
    return {operation.type: operation for operation in operations}


def offers_of(operations: Mapping[str, Operation]) -> dict[str, OperationOffer]:
    """What of these is started by its type, by people, programs and schedules."""
    return {
        kind: offer_of(operation) for kind, operation in operations.items() if kind not in UNLISTED
    }


def offer_of(operation: Operation) -> OperationOffer:
    """The operation as people see it. Raises `UnsupportedOptionsError`."""
    return OperationOffer(
        operation.type,
        operation.title,
        operation.description,
        operation.scope,
        options_form(operation),
        operation.concurrency,
    )


def options_form(operation: Operation) -> OptionsForm | None:
    """The form of an operation's options; None when it has none. Raises as above."""
    return None if operation.options is None else OptionsForm(operation.options)
