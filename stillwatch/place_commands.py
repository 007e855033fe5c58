"""`stillwatch workspace` and `stillwatch tenant`: the places of an instance."""

import click

from stillwatch.here import administer
from stillwatch.listing import as_json, show
from stillwatch.retention_command import retention


@click.group()
def workspace() -> None:
    """Workspaces."""


@workspace.command("add")
@click.argument("slug")
@click.option("--name", help="The name people see; the slug when missing.")
def add_workspace(slug: str, name: str | None) -> None:
    """Add a workspace."""
    administer("add_workspace", slug, name or slug)
    click.echo(f"workspace {slug} added")


@workspace.command("list")
@as_json
def list_workspaces(is_json: bool) -> None:
    """List the workspaces."""
    show(administer("list_workspaces"), lambda one: (one.slug, one.name), is_json=is_json)


workspace.add_command(retention)


@click.group()
def tenant() -> None:
    """Tenants."""


@tenant.command("add")
@click.argument("slug")
@click.option("--workspace", "workspace_slug", required=True)
@click.option("--name", help="The name people see; the slug when missing.")
def add_tenant(slug: str, workspace_slug: str, name: str | None) -> None:
    """Add a tenant to a workspace."""
    administer("add_tenant", workspace_slug, slug, name or slug)
    click.echo(f"tenant {slug} added")


@tenant.command("list")
@click.option("--workspace", "workspace_slug", required=True)
@as_json
def list_tenants(workspace_slug: str, is_json: bool) -> None:
    """List the tenants of a workspace."""
    found = administer("list_tenants", workspace_slug)
    show(found, lambda one: (one.slug, one.name), is_json=is_json)
