"""docs/operations-how-to.md does what it says: its code is installed, found, and run."""

import os
import re
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobs.discovery import Found, find_operations
from jobs.embedded import EmbeddedEngine
from models import OperationRun, Tenant
from services.database import Database
from services.operation_run_service import OperationRunService
from services.operations import run_request
from tests.services.runs import add_workspace, stored
from tests.waiting import wait_until

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "operations-how-to.md"
DAY = 86_400
Start = Callable[..., OperationRun]


def blocks() -> dict[str, str]:
    """The document's files by name, which is the first line of each."""
    found = re.findall(r"```(?:python|toml)\n# (\S+)\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found
    return dict(found)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Found:
    """What is found once the document's package is installed."""
    site = tmp_path / "site"
    for name, text in blocks().items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    project = tomllib.loads((site / "pyproject.toml").read_text())["project"]
    (group, points), *_ = project["entry-points"].items()
    points = {**points, "probe": "acme_probe:wait_a_while"}
    metadata = site / f"acme_inbox-{project['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = [f"{name} = {target}" for name, target in points.items()]
    (metadata / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines, ""]))
    monkeypatch.syspath_prepend(site)
    return find_operations()


@pytest.fixture
def start(installed: Found, sqlite_database: Database, tmp_path: Path) -> Start:
    """Do an operation for the tenant contoso, to its end."""
    workspace_id = add_workspace(sqlite_database)
    with sqlite_database.writing() as session:
        tenant = Tenant(slug="contoso", name="Contoso", workspace_id=workspace_id)
        session.add(tenant)
        session.flush()
        tenant_id = tenant.id

    def start(kind: str, options: dict[str, Any] | None = None) -> OperationRun:
        engine = EmbeddedEngine(sqlite_database, installed.operations, 1, tmp_path)
        engine.start()
        try:
            offer = installed.offers[kind]
            reach = tenant_id if offer.scope == "tenant" else None
            with sqlite_database.writing() as session:
                run_id = (
                    OperationRunService(session, engine.enqueue)
                    .request(run_request(offer, workspace_id, reach, options))
                    .run_id
                )
            wait_until(lambda: stored(sqlite_database, run_id).status == "completed", 30)
        finally:
            engine.stop()
        return stored(sqlite_database, run_id)

    return start


def test_it_is_twenty_lines() -> None:
    code = blocks()["acme_inbox/__init__.py"]

    assert len([line for line in code.splitlines() if line.strip()]) <= 20


def test_it_is_found_and_listed_as_shown(installed: Found) -> None:
    assert installed.problems == []
    assert installed.origins["inbox.sweep"] == "from acme-inbox 1.0"
    line = "inbox.sweep      tenant     from acme-inbox 1.0"
    assert line in DOCUMENT.read_text().splitlines()


def test_it_does_what_the_document_says(start: Start, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox" / "contoso"
    inbox.mkdir(parents=True)
    for name, days in (("a.csv", 40), ("b.csv", 31), ("c.csv", 1)):
        (inbox / name).touch()
        os.utime(inbox / name, (time.time() - days * DAY,) * 2)

    rehearsed = start("inbox.sweep")
    left = sorted(file.name for file in inbox.iterdir())
    done = start("inbox.sweep", {"rehearse": False})

    counts = {"total": 3, "processed": 3, "succeeded": 2, "failed": 0, "skipped": 1}
    assert (rehearsed.outcome, rehearsed.summary_counts) == ("succeeded", counts)
    assert left == ["a.csv", "b.csv", "c.csv"]
    assert (done.outcome, done.summary_counts) == ("succeeded", counts)
    assert [file.name for file in inbox.iterdir()] == ["c.csv"]


def test_without_an_inbox_it_fails_as_the_document_says(start: Start) -> None:
    run = start("inbox.sweep")

    assert run.outcome == "failed"
    assert run.failure_summary[0]["code"] == "no_inbox"
    assert "`no_inbox`" in DOCUMENT.read_text()


def test_the_async_one_runs_too(start: Start) -> None:
    run = start("probe.wait")

    assert (run.outcome, run.summary_counts["succeeded"]) == ("succeeded", 10)
