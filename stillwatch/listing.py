"""How a command lists records: aligned columns for people, JSON for programs."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

as_json = click.option("--json", "is_json", is_flag=True, help="As JSON, for programs.")


def show(
    records: Sequence[Any], columns: Callable[[Any], tuple[object, ...]], *, is_json: bool
) -> None:
    """Print `records`, one a line; `columns` says what of each."""
    if is_json:
        click.echo(json.dumps([asdict(record) for record in records], indent=2, default=_plain))
        return
    lines = [tuple(_text(value) for value in columns(record)) for record in records]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _text(value: object) -> str:
    if value is None:
        return "-"
    text = value.strftime("%Y-%m-%d %H:%M UTC") if isinstance(value, datetime) else str(value)
    # Names come from anyone; a terminal obeys what is not printable.
    return "".join(c if c.isprintable() else "?" for c in text)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
