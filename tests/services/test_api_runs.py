"""The programs' API over real HTTP: what a run goes through, and who sees it."""

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from models import AuditEntry
from services.api_tokens import revoke_token
from services.database import Database
from services.operation_run_service import OperationRunService
from tests.services.programs import Caller, Console, add_token, add_world, lose_contact, served
from tests.services.runs import stored, trail

COUNTS = {"total": 9, "processed": 4, "succeeded": 3, "failed": 1, "skipped": 0}


@pytest.fixture
def console(database: Database) -> Iterator[Console]:
    add_world(database)
    with served(database) as console:
        yield console


@pytest.fixture
def caller(database: Database, console: Console) -> Caller:
    return console.caller(add_token(database))


@pytest.fixture
def stranger(database: Database, console: Console) -> Caller:
    return console.caller(add_token(database, "fabrikam"))


def told(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["detail"]


def late_reports(database: Database, run_id: int) -> list[Any]:
    with database.reading() as session:
        return list(
            session.scalars(
                select(col(AuditEntry.details)).where(
                    col(AuditEntry.action) == "run.late_report", col(AuditEntry.object_id) == run_id
                )
            )
        )


# --- a life ---------------------------------------------------------------------------------


def test_a_program_starts_reports_and_completes_its_run(database: Database, caller: Caller) -> None:
    run = caller.start(tenant="contoso", active_key="night", context={"files": 9})
    beat = caller.post(f"/runs/{run['id']}/heartbeat", token=run["token"], counts=COUNTS)
    done = caller.post(f"/runs/{run['id']}/complete", token=run["token"], outcome="succeeded")

    assert (run["status"], run["runner"], run["version"]) == ("running", "external", 2)
    assert (run["tenant"], run["active_key"], run["context"]) == ("contoso", "night", {"files": 9})
    assert (run["lease_seconds"], run["url"]) == (30, f"http://console/operations/{run['id']}")
    assert beat.json() == {"cancel_requested": False, "lease_seconds": 30}
    assert (done.status_code, done.json()["status"]) == (200, "completed")
    assert (done.json()["outcome"], done.json()["counts"]) == ("succeeded", COUNTS)
    with database.reading() as session:
        assert trail(session, run["id"]) == ["run.requested", "run.claimed", "run.completed"]


def test_only_the_type_is_needed(caller: Caller) -> None:
    run = caller.start()

    assert (run["tenant"], run["active_key"]) == (None, "nightly.export:-")


def test_failures_are_kept_as_they_were_told(database: Database, caller: Caller) -> None:
    run = caller.start()
    groups = [{"code": "disk", "message": "Full", "count": 2, "sample": "/a"}]

    caller.post(
        f"/runs/{run['id']}/complete", token=run["token"], outcome="failed", failures=groups
    )

    assert stored(database, run["id"]).failure_summary == groups


def test_a_cancellation_is_told_by_the_next_heartbeat(caller: Caller) -> None:
    run = caller.start()

    asked = caller.post(f"/runs/{run['id']}/cancel")
    again = caller.post(f"/runs/{run['id']}/cancel")
    beat = caller.post(f"/runs/{run['id']}/heartbeat", token=run["token"])
    done = caller.post(f"/runs/{run['id']}/complete", token=run["token"], outcome="cancelled")

    assert (asked.status_code, asked.json()["status"]) == (200, "running")
    assert asked.json()["cancel_requested"]
    assert again.status_code == 200
    assert beat.json()["cancel_requested"]
    assert done.json()["outcome"] == "cancelled"
    assert told(caller.post(f"/runs/{run['id']}/cancel")) == (
        409,
        "This run has ended already: cancelled.",
    )


def test_every_line_of_the_trail_names_the_token(database: Database, caller: Caller) -> None:
    run = caller.start()

    with database.reading() as session:
        details = session.scalars(
            select(col(AuditEntry.details)).where(col(AuditEntry.object_type) == "operation_run")
        ).all()
    assert {one["via"]["name"] for one in details} == {"nightly"}
    assert stored(database, run["id"]).initiated_by_user_id is None


# --- one active run of a key ------------------------------------------------------------------


def test_a_key_that_is_active_is_refused_and_its_run_named(caller: Caller) -> None:
    run = caller.start(active_key="night")

    refused = caller.post("/runs", type="other.type", active_key="night")

    assert told(refused) == (409, f"Run {run['id']} with this active_key is running already.")
    assert (refused.json()["code"], refused.json()["id"]) == ("already_active", run["id"])
    caller.post(f"/runs/{run['id']}/complete", token=run["token"], outcome="succeeded")
    assert caller.start(active_key="night")["id"] > run["id"]


def test_of_many_starts_at_once_one_wins(caller: Caller) -> None:
    gate, answers = threading.Barrier(6), []

    def start() -> None:
        gate.wait()
        answers.append(caller.post("/runs", type="nightly.export", active_key="night"))

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_a_start_whose_answer_got_lost_can_be_repeated(caller: Caller, database: Database) -> None:
    once = {"Idempotency-Key": "0123456789abcdef"}
    body = {"type": "nightly.export"}

    first = caller.http.post("/runs", json=body, headers=once)
    again = caller.http.post("/runs", json=body, headers=once)
    other = caller.http.post("/runs", json=body, headers={"Idempotency-Key": "f" * 16})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["token"] == again.json()["token"]
    assert first.json()["id"] == again.json()["id"]


def test_keys_of_workspaces_never_meet(caller: Caller, stranger: Caller) -> None:
    mine, theirs = caller.start(active_key="night"), stranger.start(active_key="night")

    assert mine["id"] != theirs["id"]


# --- the workers' operations ------------------------------------------------------------------


def test_an_operation_of_the_console_is_queued_for_its_workers(caller: Caller) -> None:
    run = caller.start("sample.check")
    again = caller.post("/runs", type="sample.check", runner="worker")

    assert (run["status"], run["runner"], run["token"]) == ("queued", "worker", None)
    assert (again.status_code, again.json()["id"]) == (200, run["id"])


def test_a_queued_operation_is_cancelled_at_once(caller: Caller) -> None:
    run = caller.start("sample.check")

    cancelled = caller.post(f"/runs/{run['id']}/cancel")

    assert (cancelled.json()["status"], cancelled.json()["outcome"]) == ("completed", "cancelled")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"type": "sample.backup"}, "only an owner"),
        ({"type": "sample.sync"}, "Choose a tenant"),
        ({"type": "unheard.of", "runner": "worker"}, "know no operation"),
        ({"type": "sample.check", "runner": "external"}, "the console's own workers"),
        ({"type": "review_pack.generate"}, "the page of its tenant"),
        ({"type": "runs.bulk"}, "the list of operations"),
    ],
)
def test_what_no_program_may_queue_is_refused(
    caller: Caller, body: dict[str, Any], words: str
) -> None:
    status, detail = told(caller.post("/runs", **body))

    assert status == 422
    assert words in detail


def test_no_program_reports_on_a_worker_s_run(caller: Caller, database: Database) -> None:
    run = caller.start("sample.check")
    with database.writing() as session:
        claimed = OperationRunService(session).claim("here", run["id"])
    assert claimed is not None

    beat = caller.post(f"/runs/{run['id']}/heartbeat", token=claimed.token)
    done = caller.post(f"/runs/{run['id']}/complete", token=claimed.token, outcome="succeeded")

    assert (beat.status_code, done.status_code) == (409, 409)
    assert stored(database, run["id"]).status == "running"


# --- late, lost, twice ------------------------------------------------------------------------


def test_a_late_report_is_refused_and_kept_as_evidence(database: Database, caller: Caller) -> None:
    run = caller.start()
    lose_contact(database, run["id"])

    beat = caller.post(f"/runs/{run['id']}/heartbeat", token=run["token"])
    done = caller.post(
        f"/runs/{run['id']}/complete", token=run["token"], outcome="succeeded", counts=COUNTS
    )
    again = caller.post(f"/runs/{run['id']}/complete", token=run["token"], outcome="succeeded")

    assert told(beat)[0] == told(done)[0] == told(again)[0] == 409
    assert beat.json()["code"] == done.json()["code"] == again.json()["code"] == "lease_lost"
    assert [one.json()["kept"] for one in (beat, done, again)] == [False, True, False]
    assert "kept as evidence" in done.json()["detail"]
    (evidence,) = late_reports(database, run["id"])
    assert (evidence["outcome"], evidence["summary_counts"]) == ("succeeded", COUNTS)
    assert stored(database, run["id"]).outcome == "failed"


def test_a_stranger_s_late_report_is_no_evidence(database: Database, caller: Caller) -> None:
    run = caller.start()
    lose_contact(database, run["id"])

    caller.post(f"/runs/{run['id']}/complete", token="stolen", outcome="succeeded")

    assert late_reports(database, run["id"]) == []


def test_a_wrong_token_moves_nothing(database: Database, caller: Caller) -> None:
    run = caller.start()

    beat = caller.post(f"/runs/{run['id']}/heartbeat", token="wrong")
    done = caller.post(f"/runs/{run['id']}/complete", token="wrong", outcome="failed")

    assert told(beat) == told(done) == (409, "This token does not hold the run.")
    assert stored(database, run["id"]).version == run["version"]


def test_the_second_completion_is_told_of_the_first(caller: Caller) -> None:
    run = caller.start()
    path = f"/runs/{run['id']}/complete"
    caller.post(path, token=run["token"], outcome="succeeded")

    again = caller.post(path, token=run["token"], outcome="succeeded")

    assert told(again) == (
        409,
        "This run was completed before as succeeded; the report is refused.",
    )
    assert (again.json()["code"], again.json()["outcome"]) == ("already_completed", "succeeded")


def test_of_completions_at_once_one_counts(database: Database, caller: Caller) -> None:
    run = caller.start()
    gate, answers = threading.Barrier(6), []

    def complete(outcome: str) -> None:
        gate.wait()
        answers.append(
            caller.post(f"/runs/{run['id']}/complete", token=run["token"], outcome=outcome)
        )

    threads = [threading.Thread(target=complete, args=(o,)) for o in ("succeeded", "failed") * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    (won,) = [answer.json()["outcome"] for answer in answers if answer.status_code == 200]
    assert stored(database, run["id"]).outcome == won
    assert late_reports(database, run["id"]) == []


# --- who sees what ----------------------------------------------------------------------------


def test_another_workspace_s_run_looks_exactly_like_a_missing_one(
    database: Database, caller: Caller, stranger: Caller
) -> None:
    run = caller.start()

    for path, body in (
        ("", None),
        ("/heartbeat", {"token": run["token"]}),
        ("/complete", {"token": run["token"], "outcome": "failed"}),
        ("/cancel", {}),
    ):
        answers = [
            stranger.get(f"/runs/{run_id}{path}")
            if body is None
            else stranger.post(f"/runs/{run_id}{path}", **body)
            for run_id in (run["id"], 999_999)
        ]
        assert told(answers[0]) == told(answers[1]) == (404, "This run does not exist.")
    assert stored(database, run["id"]).version == run["version"]
    assert stranger.get("/runs").json() == {"runs": [], "older_than": None}


def test_another_workspace_s_tenant_looks_exactly_like_a_missing_one(caller: Caller) -> None:
    for tenant in ("proseware", "nowhere"):
        started = caller.post("/runs", type="nightly.export", tenant=tenant)
        listed = caller.get("/runs", tenant=tenant)

        assert told(started) == told(listed) == (404, "This tenant does not exist.")


@pytest.mark.parametrize("run_id", ["0", "-1", "1e3", "x", "9" * 19, "9" * 400, "%00", "１"])
def test_what_is_no_id_names_no_run(caller: Caller, run_id: str) -> None:
    assert told(caller.get(f"/runs/{run_id}")) == (404, "This run does not exist.")


def test_a_token_that_has_ended_is_refused_like_none(
    database: Database, caller: Caller, console: Console
) -> None:
    run = caller.start()
    with database.writing() as session:
        revoke_token(session, "northwind", "nightly")

    answers = [
        caller.post(f"/runs/{run['id']}/heartbeat", token=run["token"]),
        caller.get(f"/runs/{run['id']}"),
        console.caller(None).get("/runs"),
        console.caller("stillwatch_guessed").get("/runs"),
        console.caller("x" * 5000).get("/runs"),
        caller.http.get("/runs", headers={"Authorization": "Basic eDp4"}),
        caller.http.get("/runs", headers={"Authorization": "Bearer"}),
    ]

    assert {told(answer) for answer in answers} == {
        (401, "This needs a valid token: 'Authorization: Bearer …'.")
    }
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}


# --- lists ------------------------------------------------------------------------------------


def test_lists_page_by_key_and_filter(caller: Caller) -> None:
    runs = [caller.start(f"type.{n % 2}", active_key=str(n), tenant="contoso") for n in range(5)]
    caller.post(f"/runs/{runs[0]['id']}/complete", token=runs[0]["token"], outcome="failed")
    ids = [run["id"] for run in runs]

    first = caller.get("/runs", limit=3).json()
    second = caller.get("/runs", limit=3, older_than=first["older_than"]).json()

    assert [run["id"] for run in first["runs"]] == ids[:1:-1]
    assert [run["id"] for run in second["runs"]] == ids[1::-1]
    assert (first["older_than"], second["older_than"]) == (ids[2], None)
    for query, wanted in (
        ({"type": "type.1"}, [ids[3], ids[1]]),
        ({"status": "completed"}, [ids[0]]),
        ({"status": "running", "type": "type.0"}, [ids[4], ids[2]]),
        ({"status": "queued"}, []),
        ({"tenant": "contoso", "limit": 100}, ids[::-1]),
    ):
        assert [run["id"] for run in caller.get("/runs", **query).json()["runs"]] == wanted


def test_the_metrics_are_for_this_machine_or_for_a_token(caller: Caller, console: Console) -> None:
    far = {"X-Forwarded-For": "192.0.2.1"}
    near = httpx.get(f"{console.url}/metrics", trust_env=False)
    unknown = httpx.get(f"{console.url}/metrics", headers=far, trust_env=False)
    known = caller.http.get(f"{console.url}/metrics", headers=far)

    assert (near.status_code, unknown.status_code, known.status_code) == (200, 404, 200)
