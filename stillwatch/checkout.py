"""What the commands do inside a checkout, where the console's own modules are at hand."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DBAPIError

from services import administration, schema
from services.administration import AdministrationError
from services.database import Database
from services.schema import SchemaError
from services.server_lock import StartError
from settings import SettingsError, read_settings


def serve() -> None:
    """Serve the console until told to stop."""
    with one_line_errors():
        settings = read_settings(os.environ)
        import main  # the pages and all that they need, which no other command does

        main.serve(settings)


def migrate() -> str:
    """Bring the schema up to date; return one line on what was done."""
    with one_line_errors():
        settings = read_settings(os.environ)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return schema.bring_up_to_date(settings.database_url) or "the schema is up to date"


def administer(command: str, *arguments: str | None) -> None:
    """Carry out one command of `services.administration` in a transaction of its own."""
    with one_line_errors():
        settings = read_settings(os.environ)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        schema.prepare(settings.database_url)
        database = Database(settings.database_url)
        try:
            with database.writing() as session:
                getattr(administration, command)(session, *arguments)
        finally:
            database.close()


@contextmanager
def one_line_errors() -> Iterator[None]:
    """What an operator can mend becomes one line and a failure; anything else is our fault."""
    try:
        yield
    except DBAPIError as error:
        # Its own text would repeat the statement with its values; to connect there is none.
        problem = "refuses" if error.statement else "cannot be reached"
        raise click.ClickException(_one_line(f"The database {problem}: {error.orig}.")) from error
    except (AdministrationError, OSError, SchemaError, SettingsError, StartError) as error:
        raise click.ClickException(_one_line(str(error))) from error


def _one_line(text: str) -> str:
    return " ".join(text.split())
