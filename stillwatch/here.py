"""The way from the light command to the console's half, which only a checkout or the image has."""

from importlib import import_module
from typing import Any

import click


def checkout(module: str = "checkout") -> Any:
    """A module of the console's half of the command, or one line that says what is missing."""
    try:
        import settings  # noqa: F401 - only to see whether this is a checkout
    except ModuleNotFoundError as error:
        raise click.ClickException("This command needs a checkout of the console.") from error
    return import_module(f"stillwatch.{module}")


def administer(command: str, *arguments: Any) -> Any:
    """Carry out one administrative use case; what it refuses becomes one line and a failure."""
    return checkout().administer(command, *arguments)
