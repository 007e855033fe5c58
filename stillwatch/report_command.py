"""`stillwatch report`: how far a command is that `stillwatch exec` carries out."""

import os

import click

from stillwatch.client import Client, StillwatchError

_NUMBER = click.IntRange(0, 2**53)


@click.command()
@click.option("--total", type=_NUMBER)
@click.option("--processed", type=_NUMBER)
@click.option("--succeeded", type=_NUMBER)
@click.option("--failed", type=_NUMBER)
@click.option("--skipped", type=_NUMBER)
def report(**counts: int | None) -> None:
    """Tell the console how far the command around it is; each report replaces the one before.

    Does nothing outside of `stillwatch exec`, and never fails: the work goes before the report.
    """
    run_id = os.environ.get("STILLWATCH_RUN_ID", "")
    token = os.environ.get("STILLWATCH_RUN_TOKEN", "")
    if not run_id.isdigit() or not token:
        return
    try:
        told = {name: number for name, number in counts.items() if number is not None}
        Client().report(int(run_id), token, told)
    except StillwatchError as error:
        click.echo(f"stillwatch: not reported: {error}", err=True)
