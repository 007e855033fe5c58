"""docs/operations.md names nothing that is not there, and what it says to do works."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from sqlalchemy import make_url, select, text
from sqlmodel import col

from jobs.operation import built_in_operations
from models import OperationRun
from scripts import postgres_server
from services import metrics, schema
from services.database import Database
from services.operation_run_service import OperationRunService
from settings import Settings, read_settings
from stillwatch.__main__ import main
from tests.databases import Postgres
from tests.services.runs import add_workspace, request

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "operations.md").read_text()
README = (ROOT / "README.md").read_text()
FOLDERS = ("api", "jobs", "services", "ui", "stillwatch")


def variables() -> set[str]:
    """Every variable that the settings read, by the source that reads them."""
    source = (ROOT / "settings.py").read_text()
    return set(re.findall(r'values(?:\.get\(|\[)"([A-Z0-9_]+)"', source))


def documented() -> set[str]:
    """Every variable in the README's table; `…_NAME` goes on from the one before it."""
    table = README.partition("## Configure it")[2].partition("## Run it")[0]
    named = set(re.findall(r"`STILLWATCH_([A-Z0-9_]+)`", table))
    return named | {f"S3{rest}" for rest in re.findall(r"`…(_[A-Z0-9_]+)`", table)}


def commands() -> Iterator[list[str]]:
    for block in re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL):
        yield from (shlex.split(line, comments=True) for line in block.splitlines() if line.strip())
    for line in re.findall(r"`(stillwatch [^`…]+)`", DOCUMENT):
        yield shlex.split(line)


def shell_line(program: str) -> list[str]:
    return next(words for words in commands() if words[0] == program)


def test_every_setting_is_documented_and_every_documented_one_is_there() -> None:
    assert len(variables()) >= len(fields(Settings)) - 2
    assert documented() == variables()


def test_every_variable_that_it_names_is_there() -> None:
    named = set(re.findall(r"STILLWATCH_([A-Z0-9_]+)", DOCUMENT))

    assert named - variables() <= {"URL", "TOKEN"}  # those of programs outside
    assert read_settings({}).log_level == "info"


@pytest.mark.parametrize(
    "words", [w for w in commands() if w[0] == "stillwatch"], ids=lambda words: " ".join(words)
)
def test_every_command_that_it_names_is_there_with_its_options(words: list[str]) -> None:
    command: click.Command = main
    rest = words[1:]
    while isinstance(command, click.Group) and rest:
        command = command.commands[rest.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}

    assert {word for word in rest if word.startswith("--")} <= known


def test_every_operation_that_it_names_is_there() -> None:
    named = set(re.findall(r"`((?:database|retention|evidence)\.\w+)`", DOCUMENT))

    assert len(named) >= 4
    assert named <= set(built_in_operations())


def test_every_metric_that_it_names_is_there() -> None:
    names = {sample.name for family in metrics.registry.collect() for sample in family.samples} | {
        family.name for family in metrics.registry.collect()
    }
    named = set(re.findall(r"`(stillwatch_[a-z_]+)", DOCUMENT)) - {"stillwatch_session"}

    assert len(named) >= 6
    assert named <= names


def test_every_metric_that_is_there_is_named() -> None:
    named = set(re.findall(r"`(stillwatch_[a-z_]+)", DOCUMENT))

    assert {f.name for f in metrics.registry.collect()} - {
        name.removesuffix("_total") for name in named
    } == set()


def test_every_log_line_that_it_names_is_written_by_the_code() -> None:
    source = "\n".join(p.read_text() for f in FOLDERS for p in (ROOT / f).rglob("*.py"))
    named = [
        line
        for told in re.findall(r"- \*\*Log:\*\* (.*?)(?=\n- \*\*)", DOCUMENT, re.DOTALL)
        for line in re.findall(r"`([a-zA-Z][^`]* [^`]*)`", told)
        if not line.startswith("STILLWATCH_")
    ]

    assert len(named) >= 10
    for line in named:
        parts = re.split(r" \d+(?= )|: …|'it'|broken 1\.0|\bs3\b", line)
        for part in (p.strip() for p in parts):
            assert part in source, line


def test_every_failure_says_what_is_seen_and_what_to_do() -> None:
    told = DOCUMENT.partition("## What failures look like")[2].split("\n### ")[1:]

    assert len(told) >= 15
    for failure in told:
        if not failure.startswith("It does not start"):
            marks = [mark for mark in ("Seen", "Log", "Do") if f"- **{mark}:**" in failure]
            assert marks == ["Seen", "Log", "Do"], failure.splitlines()[0]


def test_every_failure_code_that_it_names_is_there() -> None:
    source = "\n".join(p.read_text() for f in FOLDERS for p in (ROOT / f).rglob("*.py"))
    codes = re.findall(r"(?:with|records|or) `([a-z]+(?:_[a-z]+)+)`", DOCUMENT)

    assert len(codes) >= 6
    for code in codes:
        assert f'"{code}"' in source, code


def test_a_dump_of_postgresql_becomes_a_console_again_and_its_queue_goes_on(
    postgres: Postgres, postgres_url: str, tmp_path: Path
) -> None:
    """The commands of the document, with another address in them."""
    database = Database(postgres_url)
    workspace_id = add_workspace(database)
    with database.writing() as session:
        service = OperationRunService(session)
        held = service.request(request(workspace_id, "held")).run_id
        service.claim("a worker that is no more", held)
        queued = service.request(request(workspace_id, "queued")).run_id
        session.execute(text("UPDATE operation_run SET lease_until = now() - interval '1 hour'"))
    database.close()

    with postgres.new_database(is_empty=True) as empty_url:
        dump = tmp_path / "stillwatch.dump"
        perform(shell_line("pg_dump"), postgres_url, dump)
        perform(shell_line("pg_restore"), empty_url, dump)

        assert schema.prepare(empty_url) is None
        restored = Database(empty_url)
        with restored.writing() as session:
            session.execute(text(shell_line("psql")[-1]))
            assert OperationRunService(session).rescue() == [held]
            ids = session.scalars(
                select(col(OperationRun.id)).where(col(OperationRun.status) == "queued")
            )
            assert sorted(ids) == sorted([held, queued])
            assert OperationRunService(session).claim("a new one") is not None
        restored.close()


def perform(words: list[str], url: str, dump: Path) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    words = [re.sub(r"postgresql://\S+", plain, word) for word in words]
    words = [word.replace("stillwatch.dump", str(dump)) for word in words]
    program = postgres_server.program(words[0])
    subprocess.run([program, *words[1:]], check=True, capture_output=True, timeout=60)
