"""What a real server logs of real requests, and what people see when its code fails."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.browser.server import PASSWORD, Server
from tests.waiting import wait_until

TOKEN = "stillwatch_Zk3v9QpL0aXw7TtU2bNc4RrY6mJd8HsE"
# The console as it is, with a page and a plain route whose code fails.
_WITH_FAILURES = """
from nicegui import ui
from ui.pages import elsewhere, sign_in

register, routes = elsewhere.register, sign_in.routes

def with_broken_page(console):
    @ui.page("/broken")
    def broken():
        ui.label("half of it")
        raise RuntimeError("boom with password=hunter22222")

    @ui.page("/broken-later")
    async def broken_later():
        raise RuntimeError("boom with password=hunter22222")

    register(console)

def with_broken_route(console):
    router = routes(console)

    @router.get("/broken-route")
    async def broken_route():
        raise RuntimeError("boom with password=hunter22222")

    return router

elsewhere.register, sign_in.routes = with_broken_page, with_broken_route
from stillwatch.checkout import serve
serve()
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(
        tmp_path_factory.mktemp("logs"),
        STILLWATCH_LOG_FORMAT="json",
        STILLWATCH_LOG_LEVEL="debug",
        STILLWATCH_SECRET_KEY="a-secret-key-of-this-very-test",
    )
    server.command = ("-c", _WITH_FAILURES)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def person(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, follow_redirects=False) as client:
        form = client.get("/login").text
        csrf = re.search(r'name="csrf" value="([^"]+)"', form)
        assert csrf is not None
        answer = client.post(
            "/login",
            data={"email": "owner@example.test", "password": PASSWORD, "csrf": csrf[1]},
        )
        assert answer.status_code == 303
        yield client


def lines(server: Server) -> list[dict[str, Any]]:
    """The log's lines, without the plain ones of the start."""
    told = [line for line in server.log.read_text().splitlines() if line.startswith("{")]
    return [json.loads(line) for line in told]


def logged(server: Server, request: str) -> list[dict[str, Any]]:
    return [line for line in lines(server) if line.get("request") == request]


def access_line(server: Server, answer: httpx.Response) -> dict[str, Any]:
    request = answer.headers["x-request-id"]

    def find() -> list[dict[str, Any]]:
        return [line for line in logged(server, request) if "method" in line]

    wait_until(lambda: bool(find()))
    return find()[0]


def test_the_start_is_told_plainly(server: Server) -> None:
    assert f"console       {server.url}\n" in server.log.read_text()


def test_a_request_is_one_line_with_who_asked(server: Server, person: httpx.Client) -> None:
    answer = person.get("/operations?token=hunter22222")

    line = access_line(server, answer)
    assert re.fullmatch("[0-9a-f]{8}", answer.headers["x-request-id"])
    assert (line["method"], line["path"], line["status"]) == ("GET", "/operations", 200)
    assert line["user"] >= 1
    assert line["ms"] > 0
    assert len(line["page"]) == 8


def test_an_id_of_a_proxy_is_logged_beside_ours_if_it_is_one(
    server: Server, person: httpx.Client
) -> None:
    sane = person.get("/login", headers={"X-Request-ID": "edge-12345"})
    odd = person.get("/login", headers={"X-Request-ID": 'x" forged="yes'})

    assert access_line(server, sane)["upstream_request"] == "edge-12345"
    assert "upstream_request" not in access_line(server, odd)
    assert sane.headers["x-request-id"] != "edge-12345"


@pytest.mark.parametrize("path", ["/broken", "/broken-later", "/broken-route"])
def test_code_that_fails_is_a_page_to_quote_from_and_a_traceback_in_the_log(
    server: Server, person: httpx.Client, path: str
) -> None:
    answer = person.get(path)

    request = answer.headers["x-request-id"]
    assert answer.status_code == 500
    assert "Something went wrong." in answer.text
    assert f"quote {request}." in answer.text
    for secret in ("Traceback", "RuntimeError", "boom", "hunter22222", "half of it"):
        assert secret not in answer.text, secret
    access_line(server, answer)
    (failure,) = [one for one in logged(server, request) if "exception" in one]
    assert "RuntimeError: boom" in failure["exception"]


def test_no_secret_of_any_request_is_in_the_log(server: Server, person: httpx.Client) -> None:
    session = person.cookies["stillwatch_session"]
    csrf = person.cookies.get("stillwatch_csrf") or "never-there-at-all"
    person.get("/operations", headers={"Authorization": f"Bearer {TOKEN}"})
    person.get(f"/api/v1/runs?token={TOKEN}", headers={"Authorization": f"Bearer {TOKEN}"})
    person.post("/api/v1/runs", json={"token": TOKEN}, headers={"Authorization": "Basic aHVudGVy"})
    person.post("/login", data={"email": "owner@example.test", "password": "hunter22222"})
    person.get("/review-packs/1/download", params={"password": "hunter22222"})
    last = person.get(f"/nowhere?secret={TOKEN}")
    access_line(server, last)

    told = server.log.read_text()
    plain = [line for line in told.splitlines() if not line.startswith("{")]
    told = "\n".join(line for line in told.splitlines() if line.startswith("{"))
    for secret in (
        TOKEN,
        session,
        csrf,
        PASSWORD,
        "hunter22222",
        "aHVudGVy",
        "a-secret-key-of-this-very-test",
    ):
        assert secret not in told, secret
    # What is no JSON is what the start says to whoever started it.
    assert {line.split("  ")[0] for line in plain} <= {"schema", "demo", "console"}
