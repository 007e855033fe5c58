"""Many runs cancelled or started again by a run of its own, with a result for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from jobs.context import RunContext
from jobs.faults import Faults
from jobs.handlers.bulk_runs import do_in_bulk
from jobs.operation import built_in_operations
from jobs.performer import Performer
from models import AuditEntry, BulkAction, Membership, OperationRun, Role, RunOutcome, User
from policy.access import Grant
from services import bulk_runs
from services.auth import Viewer
from services.bulk_items import BulkKey, BulkResult, find_results
from services.bulk_runs import BulkRefusedError, Chosen
from services.database import Database
from services.operation_options import CONTEXT_KEY
from services.operation_run_service import OperationRunService
from services.operations import NotAllowedError, Operations
from services.run_terms import ClaimedRun, Delivery, LeaseLostError, Report, Requested
from tests.services.runs import add_workspace, request, stored, trail

CANCEL, RETRY = BulkAction.CANCEL, BulkAction.RETRY


@dataclass
class Desk:
    """An operator at the list of a workspace, and the worker behind it."""

    database: Database
    folder: Path
    workspace_id: int
    user_id: int
    handed_out: list[Delivery]

    def enqueue(self, _session: Any, delivery: Delivery) -> None:
        self.handed_out.append(delivery)

    def viewer(self, role: Role = Role.OPERATOR, tenant_id: int | None = None) -> Viewer:
        grants = (Grant(role, self.workspace_id, tenant_id),)
        return Viewer(1, self.user_id, "Ada", "ada@example.test", None, (), grants)

    def queued(self, key: str, workspace_id: int | None = None) -> Chosen:
        with self.database.writing() as session:
            service = OperationRunService(session, self.enqueue)
            wanted = request(
                workspace_id or self.workspace_id, key, context={CONTEXT_KEY: {"of": key}}
            )
            run_id = service.request(wanted).run_id
        return self.seen(run_id)

    def running(self, key: str) -> Chosen:
        chosen = self.queued(key)
        self.claim(chosen.run_id)
        return self.seen(chosen.run_id)

    def finished(self, key: str, outcome: RunOutcome = RunOutcome.FAILED) -> Chosen:
        chosen = self.queued(key)
        claimed = self.claim(chosen.run_id)
        with self.database.writing() as session:
            service = OperationRunService(session, self.enqueue)
            service.complete(claimed.id, claimed.token, outcome, Report({}, []))
        return self.seen(chosen.run_id)

    def seen(self, run_id: int) -> Chosen:
        return Chosen(run_id, stored(self.database, run_id).version)

    def claim(self, run_id: int, lease: timedelta = timedelta(seconds=30)) -> ClaimedRun:
        with self.database.writing() as session:
            claimed = OperationRunService(session, self.enqueue, lease).claim("me", run_id)
        assert claimed is not None
        return claimed

    def ask(
        self, action: BulkAction, chosen: Sequence[Chosen], viewer: Viewer | None = None
    ) -> Requested:
        with self.database.writing() as session:
            return bulk_runs.request(
                session,
                self.enqueue,
                viewer or self.viewer(),
                self.workspace_id,
                action,
                chosen,
            )

    def context(self, claimed: ClaimedRun) -> RunContext:
        return RunContext(claimed, self.database, self.folder, enqueue=self.enqueue)

    def perform(self, run_id: int) -> OperationRun:
        operations = built_in_operations()
        performer = Performer(self.database, operations, self.folder, self.enqueue, Faults())
        performer.perform(self.claim(run_id))
        return stored(self.database, run_id)

    def do(self, action: BulkAction, chosen: Sequence[Chosen]) -> OperationRun:
        return self.perform(self.ask(action, chosen).run_id)

    def results(self, run_id: int) -> dict[int, BulkResult]:
        with self.database.reading() as session:
            found = find_results(session, BulkKey(run_id, 0))
        return {result.run_id: result for result in found}

    def codes(self, run_id: int) -> list[str | None]:
        return [result.code for result in self.results(run_id).values()]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    workspace_id = add_workspace(database)
    with database.writing() as session:
        user = User(email="ada@example.test", name="Ada", password_hash="-")
        session.add(user)
        session.flush()
        user_id = user.id or 0
        session.add(Membership(workspace_id=workspace_id, user_id=user_id, role=Role.OPERATOR))
    return Desk(database, tmp_path, workspace_id, user_id, [])


def test_all_that_were_chosen_are_cancelled_and_each_says_how(desk: Desk) -> None:
    waiting, working = desk.queued("a"), desk.running("b")

    bulk = desk.do(CANCEL, [waiting, working])

    assert (bulk.outcome, bulk.summary_counts["succeeded"]) == ("succeeded", 2)
    assert desk.codes(bulk.id or 0) == ["cancelled", "requested"]
    assert stored(desk.database, waiting.run_id).outcome == "cancelled"
    assert stored(desk.database, working.run_id).cancel_requested_at is not None


def test_all_that_were_chosen_are_started_again_as_new_runs(desk: Desk) -> None:
    chosen = [desk.finished("a"), desk.finished("b")]

    bulk = desk.do(RETRY, chosen)

    results = desk.results(bulk.id or 0)
    assert bulk.outcome == "succeeded"
    for one in chosen:
        again = stored(desk.database, results[one.run_id].new_run_id or 0)
        assert (again.retry_of_id, again.initiated_by_user_id) == (one.run_id, desk.user_id)
    assert {delivery.run_id for delivery in desk.handed_out} >= {
        result.new_run_id for result in results.values()
    }


def test_of_two_that_are_the_same_work_the_second_joins_the_first(desk: Desk) -> None:
    first, second = desk.finished("a"), desk.finished("a")

    bulk = desk.do(RETRY, [first, second])

    assert desk.codes(bulk.id or 0) == ["started", "joined"]
    assert len({result.new_run_id for result in desk.results(bulk.id or 0).values()}) == 1


def test_what_cannot_be_done_is_refused_by_itself_and_says_why(desk: Desk) -> None:
    waiting, moved = desk.queued("a"), desk.queued("b")
    foreign = desk.queued("c", add_workspace(desk.database, "other"))
    over = desk.finished("d")
    requested = desk.ask(CANCEL, [waiting, moved, foreign, over, Chosen(10**9, 1)])
    with desk.database.writing() as session:
        Operations(session, desk.enqueue, {}).cancel(desk.viewer(), moved.run_id, moved.version)

    bulk = desk.perform(requested.run_id)

    results = desk.results(requested.run_id)
    assert bulk.outcome == "partially_succeeded"
    assert (bulk.summary_counts["succeeded"], bulk.summary_counts["failed"]) == (1, 4)
    assert results[moved.run_id].code == "moved"
    assert "while you were deciding" in (results[moved.run_id].message or "")
    assert results[over.run_id].code == "moved"
    assert {group["code"] for group in bulk.failure_summary} == {"moved", "not_found"}
    assert stored(desk.database, foreign.run_id).status == "queued"
    hidden, missing = results[foreign.run_id], results[10**9]
    assert (hidden.code, hidden.message, hidden.type) == (missing.code, missing.message, None)


def test_a_run_whose_items_are_all_refused_has_failed(desk: Desk) -> None:
    bulk = desk.do(RETRY, [desk.queued("a")])

    assert bulk.outcome == "failed"
    assert [group["code"] for group in bulk.failure_summary] == ["all_refused", "moved"]


@pytest.mark.parametrize("how", ["revoked", "disabled", "demoted"])
def test_rights_are_those_of_the_moment_of_the_deed(desk: Desk, how: str) -> None:
    waiting = desk.queued("a")
    requested = desk.ask(CANCEL, [waiting])
    with desk.database.writing() as session:
        now = col(OperationRun.created_at)
        at = session.scalar(select(now).where(col(OperationRun.id) == waiting.run_id))
        if how == "revoked":
            session.execute(update(Membership).values(revoked_at=at))
        elif how == "disabled":
            session.execute(update(User).values(disabled_at=at))
        else:
            session.execute(update(Membership).values(role=Role.AUDITOR.value))

    desk.perform(requested.run_id)

    expected = "not_allowed" if how == "demoted" else "not_found"
    assert desk.codes(requested.run_id) == [expected]
    assert stored(desk.database, waiting.run_id).status == "queued"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TENANT_ADMIN, Role.TENANT_VIEWER])
def test_only_who_cancels_and_retries_in_the_whole_workspace_asks(desk: Desk, role: Role) -> None:
    tenant = 1 if role in (Role.TENANT_ADMIN, Role.TENANT_VIEWER) else None

    with pytest.raises(NotAllowedError):
        desk.ask(CANCEL, [desk.queued("a")], desk.viewer(role, tenant))


def test_a_double_click_starts_one_and_another_choice_another(desk: Desk) -> None:
    first, second = desk.queued("a"), desk.queued("b")

    one, same = desk.ask(CANCEL, [first, second]), desk.ask(CANCEL, [second, first])
    other = desk.ask(CANCEL, [first])

    assert (one.is_new, same.is_new, same.run_id) == (True, False, one.run_id)
    assert other.is_new
    assert len(desk.results(one.run_id)) == 2


@pytest.mark.parametrize("number", [0, 501])
def test_none_or_too_many_are_refused(desk: Desk, number: int) -> None:
    with pytest.raises(BulkRefusedError, match="Choose 1 to 500"):
        desk.ask(CANCEL, [Chosen(n + 1, 1) for n in range(number)])


def test_a_redelivered_run_does_only_what_is_left(desk: Desk) -> None:
    failed = [desk.finished("a"), desk.finished("b")]
    requested = desk.ask(RETRY, failed)
    claimed = desk.claim(requested.run_id)
    do_in_bulk(desk.context(claimed))
    before = desk.results(requested.run_id)

    again = desk.context(claimed)
    do_in_bulk(again)

    assert desk.results(requested.run_id) == before
    assert again.report.counts == {
        "total": 2,
        "processed": 2,
        "succeeded": 2,
        "failed": 0,
        "skipped": 0,
    }
    with desk.database.reading() as session:
        retries = session.scalars(
            select(OperationRun.id).where(col(OperationRun.retry_of_id).is_not(None))
        ).all()
    assert len(retries) == 2


def test_a_worker_that_has_lost_the_run_does_nothing_more(desk: Desk) -> None:
    waiting = desk.queued("a")
    requested = desk.ask(CANCEL, [waiting])
    lost = desk.claim(requested.run_id, timedelta(seconds=-1))
    desk.claim(requested.run_id)

    with pytest.raises(LeaseLostError):
        do_in_bulk(desk.context(lost))

    assert stored(desk.database, waiting.run_id).status == "queued"


def test_a_bulk_run_that_is_cancelled_leaves_the_rest_alone(desk: Desk) -> None:
    waiting = desk.queued("a")
    requested = desk.ask(CANCEL, [waiting])
    claimed = desk.claim(requested.run_id)
    with desk.database.writing() as session:
        service = OperationRunService(session, desk.enqueue)
        service.cancel(requested.run_id, desk.seen(requested.run_id).version, desk.user_id)
    performer = Performer(desk.database, built_in_operations(), desk.folder, desk.enqueue, Faults())

    performer.perform(claimed)

    assert stored(desk.database, requested.run_id).outcome == "cancelled"
    assert desk.codes(requested.run_id) == [None]
    assert stored(desk.database, waiting.run_id).status == "queued"


def test_a_bulk_run_is_not_started_again(desk: Desk) -> None:
    bulk = desk.do(RETRY, [desk.queued("a")])

    with pytest.raises(NotAllowedError), desk.database.writing() as session:
        operations = Operations(session, desk.enqueue, {})
        operations.retry(desk.viewer(Role.OWNER), bulk.id or 0, bulk.version)


def test_the_trail_says_who_and_by_which_run(desk: Desk) -> None:
    waiting = desk.queued("a")

    bulk = desk.do(CANCEL, [waiting])

    with desk.database.reading() as session:
        assert "run.bulk_requested" in trail(session, bulk.id or 0)
        entry = session.scalars(
            select(AuditEntry).where(col(AuditEntry.action) == "run.cancelled")
        ).one()
    assert (entry.object_id, entry.actor_user_id) == (waiting.run_id, desk.user_id)
    assert entry.details["via"]["bulk_run_id"] == bulk.id


def test_it_is_before_those_that_it_is_to_cancel(desk: Desk) -> None:
    desk.queued("a")
    requested = desk.ask(CANCEL, [desk.queued("b")])

    with desk.database.writing() as session:
        claimed = OperationRunService(session, desk.enqueue).claim("me")

    assert claimed is not None
    assert claimed.id == requested.run_id
