"""An operation: what people are offered, and the function that does it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from jobs.context import RunContext
from jobs.handlers import database_backup, database_check
from policy.retry import ONCE, RetryPolicy
from services.operations import OperationOffer, OperationScope

Handler = Callable[[RunContext], None] | Callable[[RunContext], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Operation:
    """An offer with its handler, plain or async; without `timeout` it may take for ever."""

    offer: OperationOffer
    handler: Handler
    timeout: timedelta | None = None
    retry: RetryPolicy = ONCE


def built_in_operations() -> dict[str, Operation]:
    """The operations that come with the console, by type, most harmless first."""
    operations = (
        Operation(
            OperationOffer(
                "database.check",
                "Check the database",
                "Runs the database's own integrity check, then holds every run of this workspace "
                "against the rules of its lifecycle.",
                OperationScope.WORKSPACE,
            ),
            database_check.check_database,
        ),
        Operation(
            OperationOffer(
                "database.backup",
                "Back up the database",
                "Copies the whole database into the data folder while work goes on, with a "
                "checksum, and opens the copy to verify it.",
                OperationScope.INSTANCE,
            ),
            database_backup.back_up_database,
        ),
    )
    return {operation.offer.type: operation for operation in operations}
