"""What the commands do inside a checkout, where the console's own modules are at hand."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from jobs.discovery import find_operations
from policy.schedule import ScheduleError
from services import administration, api_tokens, retention, schedules, schema
from services.admin_terms import AdministrationError
from services.database import Database
from services.restoring import RestoreError
from services.schedules import ScheduleRequest
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


def administer(command: str, *arguments: Any) -> Any:
    """Carry out one administrative use case in a transaction of its own; return its result."""
    work = getattr(administration, command, None) or getattr(api_tokens, command)
    with _writing() as session:
        return work(session, *arguments)


def keep_retention(command: str, *arguments: Any) -> Any:
    """Carry out one command of `services.retention` in a transaction of its own."""
    with _writing() as session:
        return getattr(retention, command)(session, *arguments)


def add_schedule(**fields: Any) -> int:
    """Add the schedule that a `ScheduleRequest` with these fields asks for; return its id."""
    with _writing() as session:
        return schedules.add(session, find_operations().offers, ScheduleRequest(**fields))


def keep_schedules(command: str, *arguments: int) -> Any:
    """Carry out one command of `services.schedules` in a transaction of its own."""
    with _writing() as session:
        return getattr(schedules, command)(session, *arguments)


@contextmanager
def _writing() -> Iterator[Session]:
    with one_line_errors():
        settings = read_settings(os.environ)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        schema.prepare(settings.database_url)
        database = Database(settings.database_url)
        try:
            with database.writing() as session:
                yield session
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
    except (
        AdministrationError,
        OSError,
        RestoreError,
        ScheduleError,
        SchemaError,
        SettingsError,
        StartError,
    ) as error:
        raise click.ClickException(_one_line(str(error))) from error


def _one_line(text: str) -> str:
    return " ".join(text.split())
