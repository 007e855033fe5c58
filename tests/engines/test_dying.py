"""Processes that die, freeze, or live in another time; real ones, on both engines."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from models import BulkAction, BulkStatus, Membership, OperationRun, Role, User
from models.columns import utc_now
from policy.access import Grant
from services import bulk_runs
from services.auth import Viewer
from services.bulk_items import BulkKey, find_results
from services.bulk_runs import Chosen
from services.database import Database
from services.operation_options import CONTEXT_KEY
from services.operation_run_service import OperationRunService, find_expired
from services.run_terms import RunRequest
from tests.databases import Postgres
from tests.engines.workshop import Workshop
from tests.services.pack_office import nobody
from tests.services.runs import trail
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
LEASE, SWEEP = 2, 1

Node = subprocess.Popen[str]


class Site(Protocol):
    """Where a node works."""

    database: Database
    folder: Path


@pytest.fixture
def shared(postgres_database: Database, tmp_path: Path) -> Workshop:
    """A workshop that several nodes can share; SQLite has one server only."""
    return Workshop(postgres_database, tmp_path)


def start(workshop: Site, slots: int = 1, clock: int = 0, lease: int = LEASE) -> Node:
    url = workshop.database.engine.url.render_as_string(hide_password=False)
    words = [url, str(workshop.folder), str(lease), str(SWEEP), str(slots), str(clock)]
    with (workshop.folder / "node.log").open("a") as log:
        node = subprocess.Popen(
            [sys.executable, "-m", "tests.engines.node", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert node.stdout is not None
    with node.stdout:  # one word is all that it says
        assert node.stdout.readline() == "ready\n"
    return node


@contextmanager
def node(workshop: Site, slots: int = 1, clock: int = 0, lease: int = LEASE) -> Iterator[Node]:
    process = start(workshop, slots, clock, lease)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def kill(process: Node) -> None:
    process.kill()
    process.wait()


def queue(workshop: Workshop, kind: str, key: str = "key") -> int:
    with workshop.database.writing() as session:
        request = RunRequest(workshop.workspace_id, f"sample.{kind}", key)
        return OperationRunService(session).request(request).run_id


def has_begun(workshop: Workshop, process: Node) -> bool:
    return (workshop.folder / f"begun-{process.pid}").exists()


def test_a_run_whose_worker_was_killed_is_claimed_again_and_finished(workshop: Workshop) -> None:
    run_id = queue(workshop, "until_allowed")
    with node(workshop) as killed:
        wait_until(lambda: has_begun(workshop, killed), 60)
        kill(killed)
    assert workshop.run(run_id).status == "running"

    (workshop.folder / "go").touch()
    with node(workshop):
        run = workshop.wait_for(run_id)

    assert (run.outcome, run.attempt, run.deliveries) == ("succeeded", 2, 2)
    with workshop.database.reading() as session:
        assert trail(session, run_id) == [
            "run.requested",
            "run.claimed",
            "run.rescued",
            "run.claimed",
            "run.completed",
        ]


def test_a_bulk_run_whose_worker_was_killed_does_nothing_twice(workshop: Workshop) -> None:
    chosen = [finished(workshop, f"k{n}") for n in range(200)]
    bulk_id = asked_to_start_again(workshop, chosen)
    with node(workshop) as killed:
        wait_until(lambda: count_dealt_with(workshop, bulk_id) >= 5, 60)
        kill(killed)
    done_by_then = count_dealt_with(workshop, bulk_id)
    assert workshop.run(bulk_id).status == "running"

    with node(workshop):
        bulk = workshop.wait_for(bulk_id, seconds=90)

    with workshop.database.reading() as session:
        again = session.execute(
            select(col(OperationRun.retry_of_id), func.count())
            .where(col(OperationRun.retry_of_id).in_(chosen))
            .group_by(col(OperationRun.retry_of_id))
        ).all()
    assert done_by_then < len(chosen)
    assert {times for _, times in again} == {1}
    assert (bulk.outcome, bulk.attempt, bulk.summary_counts["succeeded"]) == ("succeeded", 2, 200)
    assert count_dealt_with(workshop, bulk_id) == len(again) == len(chosen)


def finished(workshop: Workshop, key: str) -> int:
    with workshop.database.writing() as session:
        service = OperationRunService(session)
        context = {CONTEXT_KEY: {"of": key}}  # else all of them were the same work
        request = RunRequest(workshop.workspace_id, "sample.unknown", key, context=context)
        run_id = service.request(request).run_id
        service.cancel(run_id, 1, None)
    return run_id


def asked_to_start_again(workshop: Workshop, chosen: list[int]) -> int:
    with workshop.database.writing() as session:
        user = User(email="ada@example.test", name="Ada", password_hash="-")
        session.add(user)
        session.flush()
        user_id, place = user.id or 0, workshop.workspace_id
        session.add(Membership(workspace_id=place, user_id=user_id, role=Role.OPERATOR))
        viewer = Viewer(1, user_id, "", "", None, (), (Grant(Role.OPERATOR, place),))
        seen = [Chosen(run_id, session.get_one(OperationRun, run_id).version) for run_id in chosen]
        asked = bulk_runs.request(session, nobody, viewer, place, BulkAction.RETRY, seen)
    return asked.run_id


def count_dealt_with(workshop: Workshop, bulk_id: int) -> int:
    with workshop.database.reading() as session:
        found = find_results(session, BulkKey(bulk_id, 0))
    return sum(result.status == BulkStatus.DONE for result in found)


def test_another_worker_takes_over_while_the_dead_one_stays_dead(shared: Workshop) -> None:
    workshop = shared
    run_id = queue(workshop, "until_allowed")
    with node(workshop) as killed:
        wait_until(lambda: has_begun(workshop, killed), 60)
        with node(workshop) as other:
            kill(killed)
            wait_until(lambda: has_begun(workshop, other), 60)
            (workshop.folder / "go").touch()
            run = workshop.wait_for(run_id)

    assert (run.outcome, run.attempt) == ("succeeded", 2)


@pytest.mark.parametrize("kind", ["until_allowed", "without_a_word"])
def test_a_frozen_worker_loses_its_run_and_its_late_result_is_refused(
    shared: Workshop, kind: str
) -> None:
    workshop = shared
    run_id = queue(workshop, kind)
    with node(workshop) as frozen:
        wait_until(lambda: has_begun(workshop, frozen), 60)
        os.kill(frozen.pid, signal.SIGSTOP)
        with node(workshop) as other:
            wait_until(lambda: has_begun(workshop, other), 60)
            (workshop.folder / "go").touch()
            run = workshop.wait_for(run_id)
            os.kill(frozen.pid, signal.SIGCONT)
            log = workshop.folder / "node.log"
            wait_until(lambda: "its result is discarded" in log.read_text(), 60)

    assert (run.outcome, run.attempt) == ("succeeded", 2)
    assert workshop.run(run_id).version == run.version


def test_a_server_that_was_frozen_for_longer_than_a_lease_does_its_work_once(
    sqlite_database: Database, tmp_path: Path
) -> None:
    workshop = Workshop(sqlite_database, tmp_path)
    run_id = queue(workshop, "without_a_word")
    with node(workshop, slots=2) as frozen:
        wait_until(lambda: has_begun(workshop, frozen), 60)
        os.kill(frozen.pid, signal.SIGSTOP)
        wait_until(lambda: lease_has_run_out(workshop), 60)
        os.kill(frozen.pid, signal.SIGCONT)
        (workshop.folder / "go").touch()
        run = workshop.wait_for(run_id)

    with workshop.database.reading() as session:
        assert trail(session, run_id).count("run.completed") == 1
    assert run.outcome == "succeeded"


def lease_has_run_out(workshop: Workshop) -> bool:
    with workshop.database.reading() as session:
        return find_expired(session)


def test_the_heart_keeps_the_lease_of_a_handler_that_says_nothing(workshop: Workshop) -> None:
    run_id = queue(workshop, "without_a_word")
    with node(workshop) as process:
        wait_until(lambda: workshop.run(run_id).status == "running", 60)
        begun = workshop.run(run_id)
        # Several leases long: each version is a heartbeat.
        wait_until(lambda: workshop.run(run_id).version >= begun.version + 8, 60)
        (workshop.folder / "go").touch()
        run = workshop.wait_for(run_id)
        assert process.poll() is None

    assert (run.outcome, run.attempt, run.deliveries) == ("succeeded", 1, 1)


def test_a_run_that_kills_its_workers_is_given_up_at_the_fifth_claim(workshop: Workshop) -> None:
    run_id = queue(workshop, "poison")
    for _ in range(4):
        with node(workshop) as poisoned:
            poisoned.wait(60)

    with node(workshop) as survivor:
        run = workshop.wait_for(run_id)
        assert survivor.poll() is None

    assert (run.outcome, run.failure_summary[0]["code"]) == ("failed", "crash_loop")
    assert "Crash loop" in run.failure_summary[0]["message"]
    assert (workshop.folder / "poisoned").read_text() == "xxxx"


def test_twenty_kills_at_random_moments_leave_nothing_stuck(workshop: Workshop) -> None:
    dice = random.Random(3)
    ids = [queue(workshop, "short", f"k{n}") for n in range(60)]
    at_once = 1 if workshop.database.is_sqlite else 3  # there is only one embedded server

    with ExitStack() as stack:
        nodes = [stack.enter_context(node(workshop, slots=2)) for _ in range(at_once)]
        for _ in range(20):
            wanted = min(workshop.count("completed") + dice.randint(0, 3), 60)
            wait_until(lambda wanted=wanted: workshop.count("completed") >= wanted, 60)
            kill(nodes.pop(dice.randrange(at_once)))
            nodes.append(stack.enter_context(node(workshop, slots=2)))
        wait_until(lambda: workshop.count("completed") == 60, 90)

    # Whoever was killed four times over is given up, and says so; nobody is left behind.
    runs = [workshop.run(run_id) for run_id in ids]
    given_up = [run for run in runs if run.outcome == "failed"]
    assert {run.failure_summary[0]["code"] for run in given_up} <= {"crash_loop"}
    assert {run.outcome for run in runs if run not in given_up} == {"succeeded"}
    assert {run.lease_token for run in runs} == {None}


def test_a_node_whose_clock_is_off_harms_nothing(shared: Workshop) -> None:
    workshop = shared
    run_id = queue(workshop, "without_a_word")
    others = [300, -300]
    with ExitStack() as stack:
        right = stack.enter_context(node(workshop))
        wait_until(lambda: has_begun(workshop, right), 60)
        begun = workshop.run(run_id)
        for clock in others:
            stack.enter_context(node(workshop, slots=0, clock=clock))
        wait_until(lambda: workshop.run(run_id).version >= begun.version + 8, 60)
        still = workshop.run(run_id)
        (workshop.folder / "go").touch()
        run = workshop.wait_for(run_id)

    assert still.lease_token == begun.lease_token
    assert (run.outcome, run.attempt) == ("succeeded", 1)


def test_the_work_of_a_node_whose_clock_is_off_has_right_times(workshop: Workshop) -> None:
    with node(workshop, clock=300):
        run = workshop.wait_for(queue(workshop, "short"))

    with workshop.database.reading() as session:
        now = session.execute(select(utc_now())).scalar_one()
    assert run.created_at <= run.started_at <= run.completed_at <= now


def test_a_worker_outlives_the_restart_of_its_database_with_one_line(
    own_postgres: Postgres, tmp_path: Path
) -> None:
    with own_postgres.new_database() as url:
        database = Database(url)
        workshop = Workshop(database, tmp_path)
        with node(workshop) as process:
            workshop.wait_for(queue(workshop, "short", "before"))
            own_postgres.server.stop()
            log = tmp_path / "node.log"
            wait_until(lambda: "cannot be reached" in log.read_text(), 60)
            own_postgres.server.start()
            wait_until(lambda: _answers(workshop), 60)
            workshop.wait_for(queue(workshop, "short", "after"), seconds=60)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        database.close()

    lines = log.read_text().splitlines()
    assert ["cannot be reached" in line for line in lines] == [True], "\n".join(lines)


def _answers(workshop: Workshop) -> bool:
    try:
        workshop.count("queued")
    except OperationalError:
        return False
    return True


def test_a_worker_does_not_wait_for_a_handler_that_does_not_stop(shared: Workshop) -> None:
    run_id = queue(shared, "without_a_word")
    with node(shared) as stuck:
        wait_until(lambda: has_begun(shared, stuck), 60)
        stuck.send_signal(signal.SIGTERM)

        assert stuck.wait(30) == 0

    run = shared.run(run_id)
    assert (run.status, run.lease_token, run.deliveries) == ("queued", None, 0)


def test_an_outage_under_a_run_that_reports_costs_it_nothing(
    own_postgres: Postgres, tmp_path: Path
) -> None:
    with own_postgres.new_database() as url:
        database = Database(url)
        workshop = Workshop(database, tmp_path)
        run_id = queue(workshop, "until_allowed")
        with node(workshop, lease=30) as process:
            wait_until(lambda: has_begun(workshop, process), 60)
            own_postgres.server.stop()
            log = tmp_path / "node.log"
            wait_until(lambda: "cannot be reached" in log.read_text(), 60)
            own_postgres.server.start()
            wait_until(lambda: _answers(workshop), 60)
            (tmp_path / "go").touch()
            run = workshop.wait_for(run_id, seconds=60)
        database.close()

    assert (run.outcome, run.attempt) == ("succeeded", 1)
    assert "Traceback" not in log.read_text()
