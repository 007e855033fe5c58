"""Runs of programs outside: the same life, but never the queue."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlmodel import SQLModel, col

from models import AuditEntry, RunOutcome
from models.columns import from_now
from services.database import Database
from services.operation_run_service import OperationRunService
from services.run_terms import Delivery, Report
from tests.services.programs import lose_contact
from tests.services.runs import add_workspace, request, stored, trail

COUNTS = {"total": 2, "processed": 1}
GROUP = {"code": "a", "message": "b", "count": 1, "sample": None}


def start(database: Database, token: str | None = None) -> tuple[int, str]:
    workspace_id = add_workspace(database)
    with database.writing() as session:
        service = OperationRunService(session)
        requested, held_by = service.start_external(request(workspace_id), "nightly", token)
    assert held_by is not None
    return requested.run_id, held_by


def let_the_lease_run_out(database: Database, run_id: int) -> None:
    table = SQLModel.metadata.tables["operation_run"]
    with database.writing() as session:
        session.execute(
            update(table)
            .where(table.c.id == run_id)
            .values(lease_until=from_now(timedelta(seconds=-1)))
        )


def rescue(database: Database) -> list[int]:
    with database.writing() as session:
        return OperationRunService(session).rescue()


def test_a_program_s_run_is_at_work_at_once_and_enqueues_nothing(database: Database) -> None:
    enqueued: list[Delivery] = []
    workspace_id = add_workspace(database)

    with database.writing() as session:
        service = OperationRunService(session, lambda _session, run: enqueued.append(run))
        requested, token = service.start_external(request(workspace_id), "nightly")

    run = stored(database, requested.run_id)
    assert token is not None
    assert (run.status, run.runner, run.lease_owner) == ("running", "external", "nightly")
    assert enqueued == []


def test_no_worker_ever_claims_it_nor_does_its_boot_take_it_back(database: Database) -> None:
    run_id, _token = start(database)
    let_the_lease_run_out(database, run_id)

    with database.writing() as session:
        service = OperationRunService(session)
        taken = (service.claim("here"), service.claim("here", run_id), service.boot("nightly"))

    assert taken == (None, None, [])


def test_silence_past_the_lease_is_lost_contact(database: Database) -> None:
    run_id, _token = start(database)
    let_the_lease_run_out(database, run_id)

    assert rescue(database) == [run_id]

    run = stored(database, run_id)
    assert (run.status, run.outcome, run.active_key) == ("completed", "failed", None)
    assert run.failure_summary[0]["code"] == "lost_contact"
    with database.reading() as session:
        assert trail(session, run_id)[-1] == "run.lost_contact"


def test_a_late_report_is_kept_once_and_a_stranger_s_never(database: Database) -> None:
    run_id, token = start(database)
    lose_contact(database, run_id)
    told = (RunOutcome.SUCCEEDED, Report(COUNTS, []))

    with database.writing() as session:
        service = OperationRunService(session)
        kept = [service.keep_late_report(run_id, by, *told) for by in ("stolen", token, token)]

    assert kept == [False, True, False]
    run = stored(database, run_id)
    assert (run.outcome, run.summary_counts) == ("failed", {})
    with database.reading() as session:
        assert trail(session, run_id).count("run.late_report") == 1


def test_what_a_report_leaves_out_stays_as_it_was_told(database: Database) -> None:
    run_id, token = start(database)

    with database.writing() as session:
        service = OperationRunService(session)
        service.heartbeat(run_id, token, Report(COUNTS, [GROUP]))
        service.heartbeat(run_id, token, Report(None, None))
        service.complete(run_id, token, RunOutcome.SUCCEEDED, Report(None, None))

    run = stored(database, run_id)
    assert (run.summary_counts, run.failure_summary) == (COUNTS, [GROUP])


def test_a_repeated_start_with_the_same_token_is_the_same_start(database: Database) -> None:
    run_id, token = start(database, "my own token")

    with database.writing() as session:
        service = OperationRunService(session)
        again = service.start_external(request(1), "nightly", "my own token")
        by_another = service.start_external(request(1), "nightly", "another token")

    assert token == "my own token"
    assert (again[0].run_id, again[1]) == (run_id, token)
    assert (by_another[0].run_id, by_another[1]) == (run_id, None)


def test_who_comes_back_from_deafness_hears_everybody_first(database: Database) -> None:
    run_id, token = start(database)
    let_the_lease_run_out(database, run_id)

    with database.writing() as session:
        excused = OperationRunService(session).excuse_silence()

    assert excused == 1
    assert rescue(database) == []
    with database.writing() as session:
        assert OperationRunService(session).heartbeat(run_id, token) is False


def test_every_line_says_through_what_the_program_acted(database: Database) -> None:
    workspace_id = add_workspace(database)
    via = {"token_id": 7, "name": "nightly"}

    with database.writing() as session:
        service = OperationRunService(session, via=via)
        requested, token = service.start_external(request(workspace_id), "nightly")
        service.complete(requested.run_id, token or "", RunOutcome.SUCCEEDED, Report(None, None))

    with database.reading() as session:
        details = session.scalars(
            select(col(AuditEntry.details)).where(
                col(AuditEntry.object_type) == "operation_run",
                col(AuditEntry.object_id) == requested.run_id,
            )
        ).all()
    assert [one["via"] for one in details] == [via] * 3
