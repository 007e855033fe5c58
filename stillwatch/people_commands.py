"""`stillwatch user`, `member` and `session`: who there is, what they may do, who is signed in."""

import sys

import click

from stillwatch.here import administer
from stillwatch.listing import as_json, show

_password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)
_workspace = click.option("--workspace", "workspace_slug", required=True)
_tenant = click.option("--tenant", "tenant_slug", help="For a tenant role.")


@click.group()
def user() -> None:
    """Accounts."""


@user.command("add")
@click.argument("email")
@click.option("--name", help="The name people see; the address when missing.")
@_password_option
def add_user(email: str, name: str | None, password_stdin: bool) -> None:
    """Add an account."""
    administer("add_user", email, name or email, _read_password(password_stdin))
    click.echo(f"account {email} added")


@user.command("passwd")
@click.argument("email")
@_password_option
def set_password(email: str, password_stdin: bool) -> None:
    """Set an account's password."""
    administer("set_password", email, _read_password(password_stdin))
    click.echo(f"password of {email} set")


@user.command("list")
@as_json
def list_users(is_json: bool) -> None:
    """List the accounts."""
    show(
        administer("list_users"),
        lambda one: (one.email, one.name, "disabled" if one.disabled_at else ""),
        is_json=is_json,
    )


@user.command("disable")
@click.argument("email")
def disable_user(email: str) -> None:
    """Close an account: it cannot sign in, and whoever has is signed out."""
    administer("disable_user", email)
    click.echo(f"account {email} disabled")


@user.command("enable")
@click.argument("email")
def enable_user(email: str) -> None:
    """Open a closed account again, with the roles that it has kept."""
    administer("enable_user", email)
    click.echo(f"account {email} enabled")


@click.group()
def member() -> None:
    """Who may do what."""


@member.command("set")
@click.argument("email")
@_workspace
@_tenant
@click.option("--role", required=True)
def set_member(email: str, workspace_slug: str, tenant_slug: str | None, role: str) -> None:
    """Give a person a role in a workspace, or in one of its tenants."""
    administer("set_member", email, workspace_slug, role, tenant_slug)
    click.echo(f"{email} is {role} of {tenant_slug or workspace_slug}")


@member.command("revoke")
@click.argument("email")
@_workspace
@_tenant
def revoke_member(email: str, workspace_slug: str, tenant_slug: str | None) -> None:
    """Take a person's role away."""
    administer("revoke_member", email, workspace_slug, tenant_slug)
    click.echo(f"{email} has no role in {tenant_slug or workspace_slug} any more")


@member.command("list")
@_workspace
@as_json
def list_members(workspace_slug: str, is_json: bool) -> None:
    """List who has which role in a workspace."""
    found = administer("list_members", workspace_slug)
    show(
        found,
        lambda one: (one.email, one.role, one.tenant_slug or workspace_slug, one.name),
        is_json=is_json,
    )


@click.group()
def session() -> None:
    """Sign-ins that are not over."""


@session.command("list")
@click.option("--user", "email", help="Only those of this account.")
@as_json
def list_sessions(email: str | None, is_json: bool) -> None:
    """List who is signed in, since when, last active when, and from where."""
    found = administer("list_sessions", email)
    show(
        found,
        lambda one: (one.id, one.email, one.created_at, one.last_active_at, one.address),
        is_json=is_json,
    )


@session.command("revoke")
@click.argument("session_id", metavar="[ID]", type=click.IntRange(1, 2**63 - 1), required=False)
@click.option("--user", "email", help="All of this account, instead of one.")
def revoke_sessions(session_id: int | None, email: str | None) -> None:
    """End a sign-in, or all of an account. Pages follow at their next tick."""
    if (session_id is None) == (email is None):
        raise click.UsageError("Give either the ID of a session or --user.")
    if session_id is not None:
        administer("end_session", session_id)
        click.echo(f"session {session_id} ended")
    else:
        click.echo(f"sessions of {email} ended: {len(administer('end_sessions', email))}")


def _read_password(from_stdin: bool) -> str:
    if not from_stdin:
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password
    try:
        return sys.stdin.buffer.readline().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise click.ClickException("The password on standard input is not UTF-8.") from error
