"""What docs/programs-how-to.md shows does what it says."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from services.database import Database
from tests.services.programs import Console, add_token, add_world, served
from tests.services.runs import stored

ROOT = Path(__file__).resolve().parents[2]
RUNS = SQLModel.metadata.tables["operation_run"]
PAGE = (ROOT / "docs" / "programs-how-to.md").read_text()
EXEC, HTTP = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
(CLIENT,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def console(sqlite_database: Database) -> Iterator[Console]:
    add_world(sqlite_database)
    with served(sqlite_database) as console:
        yield console


@pytest.mark.parametrize(
    ("command", "outcome", "counts"),
    [
        (["sh", "-ec", EXEC], "succeeded", {"total": 3, "processed": 3}),
        (["sh", "-ec", HTTP], "succeeded", {"total": 2, "processed": 1}),
        (
            [sys.executable, "-c", CLIENT],
            "partially_succeeded",
            {"total": 3, "processed": 3, "succeeded": 2, "failed": 1, "skipped": 0},
        ),
    ],
    ids=["exec", "http", "client"],
)
def test_the_snippet_runs(
    sqlite_database: Database,
    console: Console,
    command: list[str],
    outcome: str,
    counts: dict[str, int],
) -> None:
    environment = {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "STILLWATCH_URL": console.url,
        "STILLWATCH_TOKEN": add_token(sqlite_database),
    }

    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    with sqlite_database.reading() as session:
        run_id = session.execute(select(RUNS.c.id)).scalar_one()
    run = stored(sqlite_database, run_id)
    assert (run.outcome, run.summary_counts) == (outcome, counts)
