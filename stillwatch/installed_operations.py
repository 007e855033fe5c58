"""`stillwatch operations`: what can be done here, how far it reaches, and where it is from."""

import click

from jobs.discovery import find_operations


def show() -> None:
    """Print a line for each operation; fail, with a line for each, when plug-ins are broken."""
    found = find_operations()
    rows = [(kind, one.scope.value, found.origins[kind]) for kind, one in found.operations.items()]
    width = max(len(kind) for kind, _, _ in rows)
    for kind, scope, origin in rows:
        click.echo(f"{kind:<{width}}  {scope:<9}  {origin}")
    for problem in found.problems:
        click.echo(problem, err=True)
    if found.problems:
        raise SystemExit(1)
