"""The way from the light command to the console's half, which only a checkout or the image has."""

from typing import Any

import click


def checkout() -> Any:
    """The module `stillwatch.checkout`, or one line that says what is missing."""
    try:
        import settings  # noqa: F401 - only to see whether this is a checkout
    except ModuleNotFoundError as error:
        raise click.ClickException("This command needs a checkout of the console.") from error
    from stillwatch import checkout

    return checkout
