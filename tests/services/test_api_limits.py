"""What programs send by mistake or malice is refused in words, and breaks nothing."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.database import Database
from tests.services.programs import Caller, add_token, add_world, served
from tests.services.runs import stored

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def shared_database(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One for all of these tests: hardly anything here reaches it."""
    file = shutil.copy(migrated_file, tmp_path_factory.mktemp("limits") / "stillwatch.db")
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture(scope="module")
def caller(shared_database: Database) -> Iterator[Caller]:
    add_world(shared_database)
    with served(shared_database) as console:
        yield console.caller(add_token(shared_database))


@pytest.fixture
def run(caller: Caller) -> Iterator[dict[str, Any]]:
    run = caller.start()
    yield run
    caller.post(f"/runs/{run['id']}/complete", token=run["token"], outcome="failed")


def detail(response: httpx.Response, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["type"]) == (status, "about:blank")
    return str(problem["detail"])


def nested(depth: int) -> dict[str, Any]:
    return {"a": nested(depth - 1)} if depth else {}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "type: Field required"),
        ({"type": ""}, "type: "),
        ({"type": "a b"}, "type: "),
        ({"type": "a\n"}, "type: "),
        ({"type": "x" * 101}, "type: "),
        ({"type": 3}, "type: Input should be a valid string"),
        ({"type": "a", "tpye": "b"}, "tpye: unknown field"),
        ({"type": "a", "runner": "robot"}, "runner: Input should be 'worker' or 'external'"),
        ({"type": "a", "active_key": ""}, "active_key: "),
        ({"type": "a", "active_key": "a\0b"}, "active_key: contains characters"),
        ({"type": "a", "active_key": "k" * 201}, "active_key: "),
        ({"type": "a", "tenant": "a\0b"}, "tenant: contains characters"),
        ({"type": "a", "context": []}, "context: Input should be a valid dictionary"),
        ({"type": "a", "context": nested(16)}, "context: nested deeper than 16 levels"),
        ({"type": "a", "context": {"a": "x" * 65_536}}, "context: more than 64 KiB of JSON"),
        ({"type": "a", "context": {"a": ["b\0"]}}, "context: contains a NUL"),
        ({"type": "a", "context": {"a\0": 1}}, "context: contains a NUL"),
        ({"type": "a", "context": {"a": "\ud800"}}, "context: contains a NUL or half"),
        ({"type": "a", "context": {"a": float("nan")}}, "context: contains a number that is not"),
        ({"type": "a", "context": {"a": 2**63}}, "context: contains a number beyond 64 bits"),
    ],
)
def test_a_start_that_makes_no_sense_is_refused(
    caller: Caller, body: dict[str, Any], words: str
) -> None:
    response = caller.http.post("/runs", content=json.dumps(body), headers=JSON)

    assert detail(response, 422).startswith(words)
    assert caller.get("/runs", status="running").json()["runs"] == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "token: Field required"),
        ({"counts": {"done": 1}}, "counts.done: unknown field"),
        ({"counts": {"total": -1}}, "counts.total: Input should be greater than or equal to 0"),
        ({"counts": {"total": 1.5}}, "counts.total: Input should be a valid integer"),
        ({"counts": {"total": True}}, "counts.total: Input should be a valid integer"),
        ({"counts": {"total": "1"}}, "counts.total: Input should be a valid integer"),
        ({"counts": {"total": 2**53 + 1}}, "counts.total: Input should be less than or equal"),
        ({"failures": [{"code": "a"}] * 51}, "failures: List should have at most 50 items"),
        ({"failures": [{"code": "a", "count": 0}]}, "failures.0.count: "),
        ({"failures": [{"message": "a"}]}, "failures.0.code: Field required"),
        ({"outcome": "splendid"}, "outcome: Input should be"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused(
    caller: Caller, run: dict[str, Any], body: dict[str, Any], words: str
) -> None:
    full = (
        {"token": run["token"], "outcome": "succeeded", **body} if body else {"outcome": "failed"}
    )

    assert detail(caller.post(f"/runs/{run['id']}/complete", **full), 422).startswith(words)
    assert caller.get(f"/runs/{run['id']}").json()["status"] == "running"


def test_a_last_report_is_mended_rather_than_lost(
    shared_database: Database, caller: Caller, run: dict[str, Any]
) -> None:
    group = {"code": "c" * 200, "message": "m\0" + "m" * 900, "sample": "s\ud800" + "s" * 9000}
    body = {"token": run["token"], "outcome": "failed", "failures": [group]}

    done = caller.http.post(f"/runs/{run['id']}/complete", content=json.dumps(body), headers=JSON)

    assert done.status_code == 200
    (kept,) = stored(shared_database, run["id"]).failure_summary
    assert [len(kept[name]) for name in ("code", "message", "sample")] == [100, 500, 4000]
    assert kept["message"].startswith("m\ufffdm")
    assert kept["sample"].startswith("s?s")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b"null", 422),
        (b"\xff\xfe", 422),
        (b"[" * 200_000, 400),
        (b'{"type": "a", "context": {"a": ' + b"9" * 5000 + b"}}", 400),
        (b" " * 262_145, 413),
    ],
)
def test_what_is_no_json_is_refused(caller: Caller, content: bytes, status: int) -> None:
    assert detail(caller.http.post("/runs", content=content, headers=JSON), status)


def test_a_body_of_unknown_length_is_counted(caller: Caller) -> None:
    pieces = iter([b" " * 100_000] * 3)

    response = caller.http.post("/runs", content=pieces, headers=JSON)

    assert detail(response, 413) == "A body may have at most 256 KiB."


def test_a_form_is_told_what_to_send_instead(caller: Caller) -> None:
    response = caller.http.post("/runs", data={"type": "a"})

    assert "Content-Type: application/json" in detail(response, 422)


@pytest.mark.parametrize(
    "query",
    [
        {"status": "odd"},
        {"older_than": "0"},
        {"older_than": str(2**63)},
        {"older_than": "x"},
        {"limit": "101"},
        {"limit": "0"},
        {"odd": "1"},
        {"type": "a\0b"},
        {"tenant": "a\0b"},
    ],
)
def test_a_query_that_makes_no_sense_is_refused(caller: Caller, query: dict[str, str]) -> None:
    assert detail(caller.get("/runs", **query), 422)


def test_what_is_not_there_is_told_in_the_same_shape(caller: Caller) -> None:
    assert detail(caller.get("/nothing"), 404)
    assert detail(caller.http.delete("/runs"), 405)


def test_the_documentation_is_open_complete_and_asks_nobody_else(caller: Caller) -> None:
    base = str(caller.http.base_url).removesuffix("/v1/")
    page = httpx.get(f"{base}/docs", trust_env=False)
    openapi = httpx.get(f"{base}/v1/openapi.json", trust_env=False).json()

    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert "src=" not in page.text
    assert "http" not in page.text
    for path in openapi["paths"]:
        assert f"/api{path}" in page.text
    assert openapi["servers"] == [{"url": "/api"}]
    for methods in openapi["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert operation["security"] == [{"HTTPBearer": []}]
