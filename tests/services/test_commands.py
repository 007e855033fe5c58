"""The commands on either database: what they do, and the one line they end with otherwise."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, make_url, select

from models import OperationRun, User
from scripts.postgres_server import free_port
from services.database import Database
from stillwatch.__main__ import main
from tests.databases import Postgres

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(database: Database, tmp_path: Path) -> dict[str, str]:
    return environment_of(url_of(database), tmp_path)


@pytest.fixture
def empty_url(postgres: Postgres) -> Iterator[str]:
    with postgres.new_database(is_empty=True) as url:
        yield url


def test_the_first_owner_is_made_by_three_commands(
    database: Database, environment: dict[str, str]
) -> None:
    for command in (
        "workspace add acme",
        "user add ada@acme.example --password-stdin",
        "member set ada@acme.example --workspace acme --role owner",
    ):
        done = run(environment, command, "correct horse battery\n")
        assert done.exit_code == 0, done.output

    with database.reading() as session:
        assert session.scalars(select(User.email)).all() == ["ada@acme.example"]


def test_what_cannot_be_done_is_one_line_and_a_failure(environment: dict[str, str]) -> None:
    done = run(environment, "tenant add contoso --workspace nowhere")

    assert (done.exit_code, done.stderr) == (1, "Error: There is no workspace 'nowhere'.\n")


def test_what_was_set_up_is_listed_for_people_and_for_programs(
    environment: dict[str, str],
) -> None:
    for command in (
        "workspace add acme",
        "tenant add contoso --workspace acme --name Contoso",
        "user add ada@acme.example --password-stdin --name Ada",
        "member set ada@acme.example --workspace acme --role owner",
        "user disable ada@acme.example",
    ):
        assert run(environment, command, "correct horse battery\n").exit_code == 0

    assert run(environment, "workspace list").stdout == "acme  acme\n"
    assert run(environment, "tenant list --workspace acme").stdout == "contoso  Contoso\n"
    assert run(environment, "user list").stdout == "ada@acme.example  Ada  disabled\n"
    members = run(environment, "member list --workspace acme").stdout
    assert members == "ada@acme.example  owner  acme  Ada\n"
    assert run(environment, "session list").stdout == ""
    (user,) = json.loads(run(environment, "user list --json").stdout)
    assert user["email"] == "ada@acme.example"
    assert "password_hash" not in user


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("session revoke 7", "Error: There is no live session 7.\n"),
        ("session list --user nobody@x.test", "Error: There is no account for nobody@x.test.\n"),
        ("user enable nobody@x.test", "Error: There is no account for nobody@x.test.\n"),
        ("member list --workspace nowhere", "Error: There is no workspace 'nowhere'.\n"),
    ],
)
def test_a_command_that_finds_nothing_fails_in_one_line(
    environment: dict[str, str], command: str, line: str
) -> None:
    done = run(environment, command)

    assert (done.exit_code, done.stderr) == (1, line)


def test_which_sessions_to_end_is_said_in_one_way() -> None:
    for command in ("session revoke", "session revoke 7 --user ada@x.test"):
        assert run({}, command).exit_code == 2


@pytest.mark.parametrize(
    "command",
    [
        *("serve", "worker", "migrate", "exec"),
        *("workspace add", "workspace list", "tenant add", "tenant list"),
        *("user add", "user passwd", "user list", "user disable", "user enable"),
        *("member set", "member revoke", "member list", "session list", "session revoke"),
        *("token create", "token revoke", "token list"),
    ],
)
def test_every_command_explains_itself(command: str) -> None:
    done = run({}, f"{command} --help")

    assert done.exit_code == 0
    assert done.stdout.startswith("Usage: ")


def test_a_workspace_keeps_what_is_over_for_ever_until_it_is_told_otherwise(
    environment: dict[str, str],
) -> None:
    run(environment, "workspace add acme")

    shown = run(environment, "workspace retention acme")
    both = run(environment, "workspace retention acme --runs-days 400 --audit-days 2000")
    one = run(environment, "workspace retention acme --runs-days forever")

    assert shown.stdout == "runs   kept for ever\naudit  kept for ever\n"
    assert both.stdout == "runs   kept for 400 days\naudit  kept for 2000 days\n"
    assert one.stdout == "runs   kept for ever\naudit  kept for 2000 days\n"


@pytest.mark.parametrize("days", ["0", "-1", "1e3", "36501", "soon", "１"])
def test_a_retention_that_is_none_is_refused(environment: dict[str, str], days: str) -> None:
    run(environment, "workspace add acme")

    refused = run(environment, f"workspace retention acme --runs-days {days}")

    assert refused.exit_code != 0
    assert "kept for ever" in run(environment, "workspace retention acme").stdout


@pytest.mark.parametrize("command", ["workspace add acme", "serve"])
def test_nothing_starts_on_postgresql_before_migrate(
    empty_url: str, tmp_path: Path, command: str
) -> None:
    environment = environment_of(empty_url, tmp_path)

    refused = run(environment, command)
    migrated = run(environment, "migrate")
    again = run(environment, "migrate")
    accepted = run(environment, "workspace add acme")

    assert refused.exit_code == 1
    assert refused.stderr.endswith("run `stillwatch migrate`.\n")
    assert refused.stderr.count("\n") == 1
    assert migrated.stdout.startswith("migrated to ")
    assert again.stdout == "the schema is up to date\n"
    assert accepted.exit_code == 0


@pytest.mark.parametrize("command", ["workspace add acme", "serve", "migrate"])
def test_a_database_that_is_away_is_one_line_without_the_password(
    tmp_path: Path, command: str
) -> None:
    url = f"postgresql://someone:hunter2@127.0.0.1:{free_port()}/stillwatch"

    done = run(environment_of(url, tmp_path), command)

    assert done.exit_code == 1
    assert done.stderr.startswith("Error: The database cannot be reached: ")
    assert done.stderr.count("\n") == 1
    assert "hunter2" not in done.output


def test_a_database_that_does_not_exist_is_named(postgres_url: str, tmp_path: Path) -> None:
    url = make_url(postgres_url).set(database="nowhere").render_as_string(hide_password=False)

    done = run(environment_of(url, tmp_path), "migrate")

    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert 'database "nowhere" does not exist' in done.stderr


def test_two_nodes_migrate_and_seed_at_once_and_the_world_is_there_once(
    empty_url: str, tmp_path: Path
) -> None:
    environment = environment_of(empty_url, tmp_path)

    migrations = both(environment, "-m", "stillwatch", "migrate")
    seedings = both(environment, "seed_data.py")

    assert [code for code, _ in migrations] == [0, 0], migrations
    assert [code for code, _ in seedings] == [0, 0], seedings
    database = Database(empty_url)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 6
        assert session.scalar(select(func.count()).select_from(OperationRun)) == 140
    database.close()


def environment_of(url: str, folder: Path) -> dict[str, str]:
    return {
        "STILLWATCH_DATABASE_URL": url,
        "STILLWATCH_DATA_DIR": str(folder),
        "STILLWATCH_SECRET_KEY": "a secret of the tests",
        "STILLWATCH_PORT": str(free_port()),
    }


def run(environment: dict[str, str], command: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, command.split(), input=typed, env=environment)


def both(environment: dict[str, str], *arguments: str) -> list[tuple[int, str]]:
    """Two processes that do the same at the same time: their exit codes and what they said."""
    processes = [
        subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    return [
        (process.returncode, output) for process, output in zip(processes, outputs, strict=True)
    ]


def url_of(database: Database) -> str:
    url = database.engine.url
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)
