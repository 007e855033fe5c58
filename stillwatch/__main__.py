"""The `stillwatch` command. Light on purpose: the console is loaded only where it is needed."""

import sys
from pathlib import Path
from typing import Any

import click

from stillwatch import __version__, exec_command, report_command, token_command
from stillwatch.here import checkout as _checkout
from stillwatch.pack_command import pack
from stillwatch.retention_command import retention
from stillwatch.schedule_command import schedule


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="stillwatch")
def main() -> None:
    """The Stillwatch operations console."""


main.add_command(schedule)


@main.command()
def serve() -> None:
    """Serve the console, with its workers, until told to stop."""
    _checkout().serve()


@main.command()
def worker() -> None:
    """Run a worker process (on PostgreSQL; on SQLite the server has its own workers)."""
    _checkout("worker_command").work()


@main.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    click.echo(_checkout().migrate())


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--without-checksum", is_flag=True, help="Trust a file that has no .sha256 beside it."
)
def restore(file: Path, without_checksum: bool) -> None:
    """Put a backup of the database in the place of the present one (on SQLite).

    The present one is kept beside it. The server must be stopped, and everybody signs in again.
    """
    for line in _checkout("restore_command").restore(file, without_checksum):
        click.echo(line)


@main.command()
def operations() -> None:
    """List the operations that can be done here; fails when a plug-in is broken."""
    _checkout("installed_operations").show()


@main.group()
def workspace() -> None:
    """Workspaces."""


@workspace.command("add")
@click.argument("slug")
@click.option("--name", help="The name people see; the slug when missing.")
def add_workspace(slug: str, name: str | None) -> None:
    """Add a workspace."""
    _administer("add_workspace", slug, name or slug)
    click.echo(f"workspace {slug} added")


workspace.add_command(retention)


@main.group()
def tenant() -> None:
    """Tenants."""


@tenant.command("add")
@click.argument("slug")
@click.option("--workspace", "workspace_slug", required=True)
@click.option("--name", help="The name people see; the slug when missing.")
def add_tenant(slug: str, workspace_slug: str, name: str | None) -> None:
    """Add a tenant to a workspace."""
    _administer("add_tenant", workspace_slug, slug, name or slug)
    click.echo(f"tenant {slug} added")


@main.group()
def user() -> None:
    """Accounts."""


_password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


@user.command("add")
@click.argument("email")
@click.option("--name", help="The name people see; the address when missing.")
@_password_option
def add_user(email: str, name: str | None, password_stdin: bool) -> None:
    """Add an account."""
    _administer("add_user", email, name or email, _read_password(password_stdin))
    click.echo(f"account {email} added")


@user.command("passwd")
@click.argument("email")
@_password_option
def set_password(email: str, password_stdin: bool) -> None:
    """Set an account's password."""
    _administer("set_password", email, _read_password(password_stdin))
    click.echo(f"password of {email} set")


@main.group()
def member() -> None:
    """Who may do what."""


@member.command("set")
@click.argument("email")
@click.option("--workspace", "workspace_slug", required=True)
@click.option("--tenant", "tenant_slug", help="For a tenant role.")
@click.option("--role", required=True)
def set_member(email: str, workspace_slug: str, tenant_slug: str | None, role: str) -> None:
    """Give a person a role in a workspace, or in one of its tenants."""
    _administer("set_member", email, workspace_slug, role, tenant_slug)
    click.echo(f"{email} is {role} of {tenant_slug or workspace_slug}")


@member.command("revoke")
@click.argument("email")
@click.option("--workspace", "workspace_slug", required=True)
@click.option("--tenant", "tenant_slug", help="For a tenant role.")
def revoke_member(email: str, workspace_slug: str, tenant_slug: str | None) -> None:
    """Take a person's role away."""
    _administer("revoke_member", email, workspace_slug, tenant_slug)
    click.echo(f"{email} has no role in {tenant_slug or workspace_slug} any more")


def _read_password(from_stdin: bool) -> str:
    if not from_stdin:
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password
    try:
        return sys.stdin.buffer.readline().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise click.ClickException("The password on standard input is not UTF-8.") from error


def _administer(what: str, *arguments: Any) -> Any:
    return _checkout().administer(what, *arguments)


main.add_command(token_command.group(_administer))
main.add_command(exec_command.execute)
main.add_command(report_command.report)
main.add_command(pack)

if __name__ == "__main__":
    main()
