"""The operations that come with the console, and how any operation is offered to people."""

from jobs.handlers import database_backup, database_check
from services.operation_options import OptionsForm
from services.operations import OperationOffer
from stillwatch.operations import Operation, Scope


def built_in_operations() -> dict[str, Operation]:
    """The operations that come with the console, by type, most harmless first."""
    operations = (
        Operation(
            "database.check",
            "Check the database",
            database_check.check_database,
            "Runs the database's own integrity check, then holds every run of this workspace "
            "against the rules of its lifecycle.",
            options=database_check.CheckOptions,
        ),
        Operation(
            "database.backup",
            "Back up the database",
            database_backup.back_up_database,
            "Copies the whole database into the data folder while work goes on, with a "
            "checksum, and opens the copy to verify it.",
            Scope.INSTANCE,
        ),
    )
    return {operation.type: operation for operation in operations}


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
