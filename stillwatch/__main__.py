"""The `stillwatch` command. Light on purpose: the console is loaded only where it is needed."""

from pathlib import Path

import click

from stillwatch import __version__, exec_command, report_command, token_command
from stillwatch.here import administer
from stillwatch.here import checkout as _checkout
from stillwatch.pack_command import pack
from stillwatch.people_commands import member, session, user
from stillwatch.place_commands import tenant, workspace
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


for group in (workspace, tenant, user, member, session):
    main.add_command(group)
main.add_command(token_command.group(administer))
main.add_command(exec_command.execute)
main.add_command(report_command.report)
main.add_command(pack)

if __name__ == "__main__":
    main()
