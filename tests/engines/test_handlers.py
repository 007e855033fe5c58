"""What a handler is given, how it is told to stop, and what becomes of one that does not."""

import asyncio
import threading
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from jobs import heart
from models import Tenant
from services.operation_run_service import OperationRunService
from stillwatch.operations import Interruption, Retry, Run, option
from tests.engines.workshop import Workshop
from tests.waiting import wait_until

SHORT = timedelta(milliseconds=200)


@dataclass
class Options:
    count: int = option(5, most=9)
    day: date | None = None


def cancel(workshop: Workshop, run_id: int) -> None:
    with workshop.database.writing() as session:
        OperationRunService(session).cancel(run_id, workshop.run(run_id).version, None)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_handler_gets_its_run_and_its_options_as_declared(
    workshop: Workshop, is_async: bool
) -> None:
    seen: list[Any] = []

    def work(run: Run, options: Options) -> None:
        seen.extend([run.id, run.type, run.attempt, run.workspace, run.tenant, options])

    async def work_async(run: Run, options: Options) -> None:
        work(run, options)

    with workshop.database.writing() as session:
        tenant = Tenant(slug="contoso", name="Contoso", workspace_id=workshop.workspace_id)
        session.add(tenant)
        session.flush()
        tenant_id = tenant.id
    with workshop.working(work_async if is_async else work, options=Options) as engine:
        context = {"options": {"count": 7, "day": "2026-11-24"}}
        run_id = workshop.request(engine, context=context, tenant_id=tenant_id)
        run = workshop.wait_for(run_id)

    options = Options(7, date(2026, 11, 24))
    assert run.outcome == "succeeded"
    assert seen == [run_id, "sample.work", 1, "acme", "contoso", options]


def test_a_run_without_options_gets_the_defaults(workshop: Workshop) -> None:
    seen: list[Options] = []

    with workshop.working(lambda run, options: seen.append(options), options=Options) as engine:
        workshop.wait_for(workshop.request(engine))

    assert seen == [Options()]


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        ({"options": {"count": 10}}, "Count: At most 9."),
        ({"options": {"gone": 1}}, "gone: There is no such option."),
        ({"options": [1]}, "The stored options cannot be read."),
    ],
)
def test_options_that_do_not_fit_any_more_fail_the_run_in_words(
    workshop: Workshop, stored: Any, why: str
) -> None:
    called = threading.Event()

    with workshop.working(
        lambda run, options: called.set(), options=Options, retry=Retry(attempts=3)
    ) as engine:
        run = workshop.wait_for(workshop.request(engine, context=stored))

    (failure,) = run.failure_summary
    assert (run.outcome, run.attempt, failure["code"]) == ("failed", 1, "bad_options")
    assert failure["message"] == f"The options of this run do not fit any more. {why}"
    assert not called.is_set()


def test_code_that_catches_every_exception_is_interrupted_nevertheless(workshop: Workshop) -> None:
    def work(run: Run) -> None:
        while True:
            try:
                run.count(skipped=1)
            except Exception:
                run.failure("odd", "An item failed.")

    with workshop.working(work) as engine:
        run_id = workshop.request(engine)
        wait_until(lambda: bool(workshop.run(run_id).summary_counts), 30)
        cancel(workshop, run_id)
        run = workshop.wait_for(run_id)

    assert (run.outcome, run.failure_summary) == ("cancelled", [])


def test_work_in_a_task_group_is_cancelled_as_a_whole(workshop: Workshop) -> None:
    cleaned: list[int] = []

    async def part(run: Run, number: int) -> None:
        try:
            while True:
                await asyncio.sleep(0.01)
                run.checkpoint()
        finally:
            cleaned.append(number)

    async def work(run: Run) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(3):
                group.create_task(part(run, number))

    with workshop.working(work, lease=timedelta(seconds=2)) as engine:
        run_id = workshop.request(engine)
        workshop.wait_for(run_id, "running")
        cancel(workshop, run_id)
        run = workshop.wait_for(run_id)

    assert run.outcome == "cancelled"
    assert sorted(cleaned) == [0, 1, 2]


def test_what_breaks_while_it_unwinds_is_no_failure_of_its_own(workshop: Workshop) -> None:
    def work(run: Run) -> None:
        try:
            while True:
                run.checkpoint()
        except Interruption:
            raise OSError("the connection is closed already") from None

    with workshop.working(work) as engine:
        run_id = workshop.request(engine)
        workshop.wait_for(run_id, "running")
        cancel(workshop, run_id)
        run = workshop.wait_for(run_id)

    assert (run.outcome, run.failure_summary) == ("cancelled", [])


@pytest.mark.parametrize("error", [asyncio.CancelledError(), KeyboardInterrupt(), GeneratorExit()])
def test_a_worker_outlives_whatever_is_raised(workshop: Workshop, error: BaseException) -> None:
    first = threading.Event()

    def work(run: Run) -> None:
        if not first.is_set():
            first.set()
            raise error

    with workshop.working(work) as engine:
        failed = workshop.wait_for(workshop.request(engine, "first"))
        second = workshop.wait_for(workshop.request(engine, "second"))

    assert (failed.outcome, second.outcome) == ("failed", "succeeded")


def test_a_stuck_handler_is_closed_over_and_its_late_result_refused(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heart, "_UNWIND_SECONDS", 0.2)
    may_go, has_returned = threading.Event(), threading.Event()

    def work(run: Run) -> None:
        may_go.wait(60)
        has_returned.set()

    with workshop.working(work, timeout=SHORT) as engine:
        closed = workshop.wait_for(workshop.request(engine))
        may_go.set()
        assert has_returned.wait(30)
        # Its thread is free again, and what it came to in the end has changed nothing.
        after = workshop.wait_for(workshop.request(engine, "after"))

    assert closed.failure_summary[0]["code"] == "timed_out"
    assert after.outcome == "succeeded"
    assert workshop.run(closed.id or 0).version == closed.version


def test_a_stuck_attempt_is_followed_by_another(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heart, "_UNWIND_SECONDS", 0.2)
    may_go = threading.Event()

    def work(run: Run) -> None:
        if run.attempt == 1:
            may_go.wait(60)

    tiny = timedelta(milliseconds=10)
    with workshop.working(work, 2, timeout=SHORT, retry=Retry(2, tiny, tiny)) as engine:
        run = workshop.wait_for(workshop.request(engine))
        may_go.set()

    assert (run.outcome, run.attempt) == ("succeeded", 2)
