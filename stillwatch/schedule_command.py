"""`stillwatch schedule`: operations that start by the clock."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from stillwatch.here import checkout


@click.group()
def schedule() -> None:
    """Operations that start by the clock."""


@schedule.command("add")
@click.argument("type")
@click.option("--workspace", required=True)
@click.option("--tenant", help="For an operation that is done for one tenant.")
@click.option("--cron", required=True, help="As in '0 3 * * *': every day at three.")
@click.option("--time-zone", default="UTC", show_default=True, help="As in Europe/Berlin.")
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="For the operation; a value that reads as JSON is taken as JSON.",
)
def add(options: tuple[str, ...], **fields: Any) -> None:
    """Start the operation TYPE at every time that the cron expression names."""
    schedule_id = checkout().add_schedule(options=_options(options), **fields)
    click.echo(f"schedule {schedule_id} added")
    for line in _lines(checkout().keep_schedules("find_all"), schedule_id):
        click.echo(line)


@schedule.command("list")
def show_all() -> None:
    """List the schedules, with the next time of each in its zone."""
    for line in _lines(checkout().keep_schedules("find_all")):
        click.echo(line)


@schedule.command()
@click.argument("schedule_id", metavar="ID", type=click.IntRange(1, 2**63 - 1))
def pause(schedule_id: int) -> None:
    """Start nothing of a schedule until it is resumed."""
    checkout().keep_schedules("pause", schedule_id)
    click.echo(f"schedule {schedule_id} paused")


@schedule.command()
@click.argument("schedule_id", metavar="ID", type=click.IntRange(1, 2**63 - 1))
def resume(schedule_id: int) -> None:
    """Go on with the times to come; those of the pause are not made up for."""
    checkout().keep_schedules("resume", schedule_id)
    click.echo(f"schedule {schedule_id} resumed")


@schedule.command()
@click.argument("schedule_id", metavar="ID", type=click.IntRange(1, 2**63 - 1))
def remove(schedule_id: int) -> None:
    """Forget a schedule; the runs that it started stay."""
    checkout().keep_schedules("remove", schedule_id)
    click.echo(f"schedule {schedule_id} removed")


def _options(pairs: tuple[str, ...]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise click.UsageError(f"--option takes NAME=VALUE, not {pair!r}.")
        if name in options:
            raise click.UsageError(f"--option gives {name} twice.")
        options[name] = _value(value)
    return options


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")  # though Python would take it


def _lines(views: Any, only: int | None = None) -> list[str]:
    return [_line(view) for view in views if only in (None, view.id)]


def _line(view: Any) -> str:
    place = view.workspace if view.tenant is None else f"{view.workspace}/{view.tenant}"
    when = f"{view.cron}  {view.time_zone}"
    last = "" if view.last_run_id is None else f"  last run {view.last_run_id}"
    return f"{view.id:>4}  {place}  {view.type}  {when}  {_next(view)}{last}"


def _next(view: Any) -> str:
    if view.next_at is None:
        return "paused"
    word = "overdue since" if view.is_overdue else "next"
    return f"{word} {_in_zone(view.next_at, view.time_zone)}"


def _in_zone(time: datetime, zone: str) -> str:
    try:
        place = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return time.strftime("%Y-%m-%d %H:%M UTC")
    return time.astimezone(place).strftime("%Y-%m-%d %H:%M %Z")
