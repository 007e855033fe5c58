"""An instance set up from nothing, as a newcomer does it: by what the console itself prints."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.browser.server import ROOT, Server
from tests.waiting import wait_until

WORDS = "correct horse battery"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path, STILLWATCH_DEMO="0")
    server.start()
    yield server
    server.stop()


def test_from_nothing_to_a_first_operation_by_what_is_printed(empty: Server) -> None:
    for command in printed_commands(empty):
        done = follow(command)
        assert done.returncode == 0, done.stdout + done.stderr

    with httpx.Client(base_url=empty.url) as owner:
        sign_in(owner, "you@example.com")
        assert "Nothing has run here yet" in owner.get("/operations").text
        for path in ("workspace", "tenants", "members", "sessions", "tokens", "audit"):
            assert owner.get(f"/admin/{path}").status_code == 200
        run_id = start_an_operation(empty)
        wait_until(lambda: "Succeeded" in owner.get(f"/operations/{run_id}").text, 20)
        assert "database.check" in owner.get("/operations").text
    empty.stop()
    said_before = len(empty.log.read_text())
    empty.start()
    assert "first owner" not in empty.log.read_text()[said_before:]


def printed_commands(server: Server) -> list[str]:
    wait_until(lambda: "console  " in server.log.read_text(), 10)
    commands = re.findall(r"^\s+(.*\.venv/bin/stillwatch .*)$", server.log.read_text(), re.M)
    assert len(commands) == 3
    return commands


def follow(command: str) -> "subprocess.CompletedProcess[str]":
    """Paste a printed line into a shell, and type the password when it asks for one."""
    line = command.replace(".venv/bin/stillwatch", f"{sys.executable} -m stillwatch")
    return subprocess.run(
        ["sh", "-c", line],
        cwd=ROOT,
        input=f"{WORDS}\n{WORDS}\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        start_new_session=True,  # no terminal of ours to ask at
    )


def start_an_operation(server: Server) -> int:
    folder = f"STILLWATCH_DATA_DIR={server.data_dir}"
    made = follow(f"{folder} .venv/bin/stillwatch token create --workspace acme --name first")
    answer = httpx.post(
        f"{server.url}/api/v1/runs",
        json={"type": "database.check"},
        headers={"Authorization": f"Bearer {made.stdout.strip()}"},
    )
    assert answer.status_code in (200, 201, 202), answer.text
    return int(answer.json()["id"])


def sign_in(client: httpx.Client, email: str) -> None:
    form = client.get("/login").text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    answer = client.post("/login", data={**hidden, "email": email, "password": WORDS})
    assert answer.status_code == 303, answer.text
