"""What both engines promise: embedded on SQLite, distributed on PostgreSQL."""

import asyncio
import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from jobs.context import RunContext
from models import Runner, RunOutcome
from models.columns import from_now
from services.operation_run_service import OperationRunService
from services.run_terms import Delivery, Report, RunRequest
from stillwatch.operations import OperationFailed, Retry
from tests.engines.workshop import Tally, Workshop
from tests.services.runs import trail
from tests.waiting import wait_until


def nothing(_context: RunContext) -> None:
    pass


def until_told_to_stop(context: RunContext) -> None:
    while True:
        context.checkpoint()


def test_a_run_is_done_and_closed(workshop: Workshop) -> None:
    with workshop.working(lambda context: context.count(succeeded=3)) as engine:
        run = workshop.wait_for(workshop.request(engine))

    assert (run.outcome, run.attempt, run.deliveries) == ("succeeded", 1, 1)
    assert run.summary_counts["succeeded"] == 3
    assert (run.active_key, run.lease_token, run.lease_until) == (None, None, None)


def test_a_request_that_is_rolled_back_leaves_neither_run_nor_job(workshop: Workshop) -> None:
    done: list[int] = []
    with workshop.working(lambda context: done.append(context.run.id)) as engine:
        with pytest.raises(ZeroDivisionError), workshop.database.writing() as session:
            service = OperationRunService(session, engine.enqueue)
            service.request(RunRequest(workshop.workspace_id, "sample.work", "rolled back"))
            raise ZeroDivisionError
        kept = workshop.request(engine, "kept")
        workshop.wait_for(kept)

    assert done == [kept]
    assert workshop.count("queued") == 0
    if not workshop.database.is_sqlite:
        with workshop.database.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_delayed_work_is_not_done_before_its_time(workshop: Workshop) -> None:
    with workshop.database.reading() as session:
        run_at = session.execute(select(from_now(timedelta(seconds=1.5)))).scalar_one()

    with workshop.working(nothing) as engine:
        later = workshop.request(engine, "later", run_at=run_at)
        now = workshop.wait_for(workshop.request(engine, "now"))
        assert workshop.run(later).status == "queued"
        run = workshop.wait_for(later)

    assert now.started_at < run_at <= run.started_at


def test_a_run_that_is_delivered_again_is_done_once(workshop: Workshop) -> None:
    done: list[int] = []

    with workshop.working(lambda context: done.append(context.run.id), 4) as engine:
        run_id = workshop.request(engine)
        for _ in range(5):
            with workshop.database.writing() as session:
                engine.enqueue(session, Delivery(run_id, 1, 0, None))
        workshop.wait_for(run_id)
        last = workshop.request(engine, "last")
        workshop.wait_for(last)

    assert done == [run_id, last]
    assert workshop.run(run_id).deliveries == 1


def test_eight_workers_do_two_hundred_runs_and_none_twice(workshop: Workshop) -> None:
    done: Counter[int] = Counter()
    lock = threading.Lock()

    def work(context: RunContext) -> None:
        with lock:
            done[context.run.id] += 1

    with workshop.nodes(2, work, 4) as engine:
        ids = [workshop.request(engine, f"k{n}") for n in range(200)]
        wait_until(lambda: workshop.count("completed") == 200, 60)

    assert done == Counter(ids)


def test_a_limit_holds_for_each_tenant_and_nobody_waits_for_ever(workshop: Workshop) -> None:
    tally = Tally()

    def work(context: RunContext) -> None:
        with tally.inside(context.run.context["tenant"]):
            tally.gate.wait(30)

    with workshop.nodes(2, work, 4) as engine:
        for number in range(5):
            for tenant in ("contoso", "adatum"):
                workshop.request(
                    engine,
                    f"{tenant}-{number}",
                    context={"tenant": tenant},
                    concurrency_key=f"sample.work:{tenant}",
                    concurrency_limit=2,
                )
        wait_until(lambda: tally.total() == 4, 30)
        tally.gate.set()
        wait_until(lambda: workshop.count("completed") == 10, 60)

    assert tally.most == {"contoso": 2, "adatum": 2}


def test_the_more_urgent_goes_first_and_then_the_older(workshop: Workshop) -> None:
    order: list[str] = []
    may_go = threading.Event()

    def work(context: RunContext) -> None:
        may_go.wait(30)
        order.append(context.run.context["name"])

    with workshop.working(work) as engine:
        first = workshop.request(engine, "first", context={"name": "first"})
        workshop.wait_for(first, "running")
        for name, priority in (("low", -1), ("a", 0), ("b", 0), ("high", 5)):
            workshop.request(engine, name, context={"name": name}, priority=priority)
        may_go.set()
        wait_until(lambda: len(order) == 5, 30)

    assert order == ["first", "high", "a", "b", "low"]


def test_a_queued_run_is_cancelled_at_once_and_never_done(workshop: Workshop) -> None:
    done: list[int] = []
    may_go = threading.Event()

    def work(context: RunContext) -> None:
        may_go.wait(30)
        done.append(context.run.id)

    with workshop.working(work) as engine:
        first = workshop.request(engine, "first")
        workshop.wait_for(first, "running")
        second = workshop.request(engine, "second")
        with workshop.database.writing() as session:
            OperationRunService(session, engine.enqueue).cancel(second, 1, None)
        assert workshop.run(second).outcome == "cancelled"
        may_go.set()
        last = workshop.request(engine, "last")
        workshop.wait_for(last)

    assert done == [first, last]


def test_a_running_run_hears_of_its_cancellation(workshop: Workshop) -> None:
    with workshop.working(until_told_to_stop) as engine:
        run_id = workshop.request(engine)
        version = workshop.wait_for(run_id, "running").version
        with workshop.database.writing() as session:
            OperationRunService(session, engine.enqueue).cancel(run_id, version, None)
        run = workshop.wait_for(run_id)

    assert run.outcome == "cancelled"


def test_an_async_handler_is_cancelled_wherever_it_waits(workshop: Workshop) -> None:
    async def work(context: RunContext) -> None:
        context.checkpoint()
        await asyncio.Event().wait()

    with workshop.working(work, lease=timedelta(seconds=2)) as engine:
        run_id = workshop.request(engine)
        workshop.wait_for(run_id, "running")
        wait_until(lambda: workshop.run(run_id).version > 2, 30)
        with workshop.database.writing() as session:
            OperationRunService(session).cancel(run_id, workshop.run(run_id).version, None)
        run = workshop.wait_for(run_id)

    assert run.outcome == "cancelled"


def test_a_graceful_stop_hands_back_what_is_not_done_and_the_next_worker_does_it(
    workshop: Workshop,
) -> None:
    with workshop.working(until_told_to_stop) as engine:
        run_id = workshop.request(engine)
        workshop.wait_for(run_id, "running")
    handed_back = workshop.run(run_id)

    with workshop.working(nothing):
        run = workshop.wait_for(run_id)

    assert (handed_back.status, handed_back.lease_token) == ("queued", None)
    assert (run.outcome, run.attempt, run.deliveries) == ("succeeded", 1, 1)
    with workshop.database.reading() as session:
        assert "run.handed_back" in trail(session, run_id)


def test_a_graceful_stop_lets_short_work_finish(workshop: Workshop) -> None:
    has_begun, may_end = threading.Event(), threading.Event()

    def work(_context: RunContext) -> None:
        has_begun.set()
        may_end.wait(30)

    with workshop.working(work) as engine:
        run_id = workshop.request(engine)
        assert has_begun.wait(30)
        threading.Timer(0.2, may_end.set).start()

    assert workshop.run(run_id).outcome == "succeeded"


def test_a_failure_that_may_pass_is_tried_again_and_says_so(workshop: Workshop) -> None:
    def work(context: RunContext) -> None:
        if context.run.attempt < 3:
            raise OperationFailed("throttled", "Asked to slow down.", may_retry=True)

    quick = Retry(3, timedelta(milliseconds=50), timedelta(milliseconds=50))
    with workshop.working(work, retry=quick) as engine:
        run = workshop.wait_for(workshop.request(engine))

    assert (run.outcome, run.attempt) == ("succeeded", 3)
    with workshop.database.reading() as session:
        assert trail(session, run.id or 0).count("run.retry_scheduled") == 2


def test_the_last_attempt_s_failure_is_the_run_s(workshop: Workshop) -> None:
    def work(_context: RunContext) -> None:
        raise RuntimeError("boom")

    quick = Retry(2, timedelta(milliseconds=50), timedelta(milliseconds=50))
    with workshop.working(work, retry=quick) as engine:
        run = workshop.wait_for(workshop.request(engine))

    assert (run.outcome, run.attempt) == ("failed", 2)
    assert run.failure_summary[0]["code"] == "internal_error"


def test_work_that_takes_too_long_is_stopped_and_says_so(workshop: Workshop) -> None:
    with workshop.working(until_told_to_stop, timeout=timedelta(milliseconds=300)) as engine:
        run = workshop.wait_for(workshop.request(engine))

    assert (run.outcome, run.failure_summary[0]["code"]) == ("failed", "timed_out")


def test_work_that_another_program_queued_is_found(workshop: Workshop) -> None:
    with workshop.working(nothing):
        with workshop.database.writing() as session:
            session.execute(
                text("INSERT INTO operation_run (workspace_id, type) VALUES (:w, 'sample.work')"),
                {"w": workshop.workspace_id},
            )
        wait_until(lambda: workshop.count("completed") == 1, 30)


def test_a_run_of_a_program_outside_is_left_to_it(workshop: Workshop) -> None:
    with workshop.working(nothing) as engine:
        with workshop.database.writing() as session:
            outside = OperationRunService(session, engine.enqueue).request(
                RunRequest(workshop.workspace_id, "sample.work", "outside", runner=Runner.EXTERNAL)
            )
        workshop.wait_for(workshop.request(engine, "ours"))

    assert workshop.run(outside.run_id).status == "queued"


def test_only_who_programs_outside_can_reach_says_that_contact_is_lost(
    workshop: Workshop,
) -> None:
    with workshop.database.writing() as session:
        service = OperationRunService(session, lease=timedelta(0))
        wanted = RunRequest(workshop.workspace_id, "nightly.export", "outside")
        outside = service.start_external(wanted, "cron")[0].run_id

    brief = timedelta(milliseconds=100)
    with workshop.working(nothing, lease=brief) as worker:  # whom only SQLite lets anybody reach
        workshop.wait_for(workshop.request(worker, "ours"))
        if not workshop.database.is_sqlite:
            assert workshop.run(outside).status == "running"
    with workshop.working(nothing, slots=0, lease=brief):
        run = workshop.wait_for(outside)

    assert (run.outcome, run.failure_summary[0]["code"]) == ("failed", "lost_contact")


def test_a_heartbeat_in_between_does_not_undo_the_wish_to_cancel(workshop: Workshop) -> None:
    with workshop.database.writing() as session:
        run_id = (
            OperationRunService(session)
            .request(RunRequest(workshop.workspace_id, "sample.work", "key"))
            .run_id
        )
        claimed = OperationRunService(session).claim("here")
    assert claimed is not None
    seen = workshop.run(run_id).version
    with workshop.database.writing() as session:
        OperationRunService(session).heartbeat(run_id, claimed.token)

    with workshop.database.writing() as session:
        OperationRunService(session).cancel(run_id, seen, None)

    assert workshop.run(run_id).cancel_requested_at is not None


def test_a_run_that_another_program_ended_does_not_hold_its_key_for_ever(
    workshop: Workshop,
) -> None:
    with workshop.database.writing() as session:
        request = RunRequest(workshop.workspace_id, "sample.work", "key")
        ended = OperationRunService(session).request(request).run_id
        session.execute(
            text("UPDATE operation_run SET status = 'completed', outcome = 'failed'"),
        )

    with workshop.database.writing() as session:
        requested = OperationRunService(session).request(request)

    assert requested.is_new
    assert requested.run_id != ended


@pytest.mark.parametrize("how", ["retry_later", "hand_back"])
def test_what_comes_back_to_the_queue_while_it_is_to_be_cancelled_is_cancelled(
    workshop: Workshop, how: str
) -> None:
    with workshop.database.writing() as session:
        service = OperationRunService(session)
        run_id = service.request(RunRequest(workshop.workspace_id, "sample.work", "key")).run_id
        claimed = service.claim("here")
        assert claimed is not None
        service.cancel(run_id, 2, None)

    with workshop.database.writing() as session:
        service = OperationRunService(session)
        if how == "hand_back":
            service.hand_back(run_id, claimed.token)
        else:
            nothing_yet, soon = Report({}, []), timedelta(minutes=10)
            service.retry_later(run_id, claimed.token, "x", "y", nothing_yet, soon)

    assert workshop.run(run_id).outcome == "cancelled"


def test_every_place_that_is_free_under_a_limit_is_offered(workshop: Workshop) -> None:
    delivered: list[int] = []
    limit = {"concurrency_key": "k", "concurrency_limit": 2}
    with workshop.database.writing() as session:
        service = OperationRunService(session)
        ids = [
            service.request(
                RunRequest(workshop.workspace_id, "sample.work", f"key-{n}", **limit)
            ).run_id
            for n in range(5)
        ]
        held = [service.claim("here", run_id) for run_id in ids[:2]]

    with workshop.database.writing() as session:
        service = OperationRunService(session, lambda _s, run: delivered.append(run.run_id))
        for run in held:
            assert run is not None
            service.complete(run.id, run.token, RunOutcome.SUCCEEDED, Report({}, []))

    assert set(delivered) >= {ids[2], ids[3]}


def test_a_result_is_not_timed_out_while_it_waits_to_be_stored(workshop: Workshop) -> None:
    if workshop.database.is_sqlite:
        begin = "BEGIN IMMEDIATE"
    else:
        begin = "BEGIN; LOCK TABLE operation_run IN ACCESS EXCLUSIVE MODE"
    other = workshop.database.engine.raw_connection()
    returned = threading.Event()

    def work(_context: RunContext) -> None:
        cursor = other.cursor()
        for statement in begin.split("; "):
            cursor.execute(statement)
        returned.set()

    with workshop.working(work, timeout=timedelta(seconds=1)) as engine:
        run_id = workshop.request(engine)
        assert returned.wait(30)
        # Past its time and the time to unwind: only then can the result be stored.
        release = threading.Timer(8.0, other.rollback)
        release.start()
        run = workshop.wait_for(run_id, seconds=60)
        release.join()
    other.close()

    assert run.outcome == "succeeded"
