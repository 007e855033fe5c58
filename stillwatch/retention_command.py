"""`stillwatch workspace retention`: how long a workspace keeps runs and its audit trail."""

from typing import Any

import click

from stillwatch.here import checkout

_FOR_EVER = "forever"


class _Days(click.ParamType):
    """A number of days, or `forever`."""

    name = f"N|{_FOR_EVER}"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if value == _FOR_EVER or isinstance(value, int):
            return value
        if value.isascii() and value.isdigit() and len(value) <= 6:
            return int(value)
        return self.fail(f"{value!r} is no number of days, and not {_FOR_EVER!r}.", param, ctx)


@click.command()
@click.argument("slug")
@click.option("--runs-days", type=_Days(), help="For finished runs.")
@click.option("--audit-days", type=_Days(), help="For entries of the audit trail.")
def retention(slug: str, runs_days: Any, audit_days: Any) -> None:
    """Set how long a workspace keeps what is over; without options, show it.

    What is older goes each night, by a schedule of retention.prune that is added with the first
    retention and can be paused or replaced.
    """
    kept = checkout().keep_retention("find_retention_by_slug", slug)
    if runs_days is not None or audit_days is not None:
        wanted = (_chosen(runs_days, kept.runs_days), _chosen(audit_days, kept.audit_days))
        kept = checkout().keep_retention("set_retention", slug, *wanted)
    click.echo(f"runs   {_told(kept.runs_days)}")
    click.echo(f"audit  {_told(kept.audit_days)}")


def _chosen(given: Any, stored: int | None) -> int | None:
    if given is None:
        return stored
    return None if given == _FOR_EVER else given


def _told(days: int | None) -> str:
    return "kept for ever" if days is None else f"kept for {days} days"
