"""Programs at the doors of the real console: their tokens, and nobody's sign-in, open them."""

import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.browser.server import ROOT, Server
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def program(server: Server) -> Iterator[httpx.Client]:
    arguments = ("token", "create", "--workspace", "northwind", "--name", "nightly")
    token = subprocess.run(
        [sys.executable, "-m", "stillwatch", *arguments],
        cwd=ROOT,
        env={"STILLWATCH_DATA_DIR": str(server.data_dir)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{server.url}/api/v1", headers=headers) as client:
        yield client


def test_without_a_token_a_program_is_refused_and_not_sent_to_sign_in(server: Server) -> None:
    answer = httpx.get(f"{server.url}/api/v1/runs")

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_documentation_is_there_for_everybody(server: Server) -> None:
    assert httpx.get(f"{server.url}/api/docs").status_code == 200
    assert httpx.get(f"{server.url}/api/v1/openapi.json").json()["info"]["title"] == "Stillwatch"


def test_a_program_s_run_has_its_page(server: Server, program: httpx.Client) -> None:
    run = program.post("/runs", json={"type": "nightly.export", "tenant": "contoso"}).json()

    assert run["url"] == f"{server.url}/operations/{run['id']}"
    program.post(f"/runs/{run['id']}/complete", json={"token": run["token"], "outcome": "failed"})
    assert program.get(f"/runs/{run['id']}").json()["outcome"] == "failed"


def test_the_console_s_workers_do_what_a_program_queues(program: httpx.Client) -> None:
    run = program.post("/runs", json={"type": "database.check"}).json()

    wait_until(lambda: program.get(f"/runs/{run['id']}").json()["status"] == "completed", 20)

    assert program.get(f"/runs/{run['id']}").json()["runner"] == "worker"
    assert program.post("/runs", json={"type": "database.backup"}).status_code == 422
