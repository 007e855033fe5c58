"""`stillwatch pack`: what can be done with a review pack away from the console."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from stillwatch.pack_verify import Verification, verify_pack


@click.group()
def pack() -> None:
    """Review packs."""


@pack.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sha256", help="The checksum that the console shows for the pack.")
def verify(file: Path, sha256: str | None) -> None:
    """Check offline that a review pack is complete and unaltered."""
    try:
        verification = verify_pack(file, sha256)
    except OSError as error:
        raise click.ClickException(f"Cannot read {file}: {error.strerror}.") from error
    click.echo(f"file      {file.name}")
    click.echo(f"sha-256   {verification.sha256}")
    for name, value in _about(verification.manifest):
        click.echo(f"{name:<9} {value}")
    _tell_result(verification, is_compared=sha256 is not None)


def _tell_result(verification: Verification, *, is_compared: bool) -> None:
    if not verification.is_intact:
        for finding in verification.findings:
            click.echo(f"FOUND     {finding}", err=True)
        raise click.ClickException("The pack is not as it was made.")
    click.echo(f"intact    all {verification.members} members are as the manifest says")
    if not is_compared:
        click.echo("          compare the sha-256 above with the one that the console shows")


def _about(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    def text(*keys: str) -> str:
        value: Any = manifest
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        shown = str(value)[:100] if isinstance(value, str | int) else "?"
        return "".join(c if c.isprintable() else "?" for c in shown)

    if not manifest:
        return []
    return [
        ("tenant", f"{text('tenant', 'name')} ({text('tenant', 'slug')})"),
        ("period", f"{text('options', 'from')} to {text('options', 'to')}"),
        ("made", f"{text('generated_at')} by stillwatch {text('software', 'version')}"),
        ("asked by", text("asked_by", "email")),
        ("runs", text("counts", "runs")),
    ]
