"""Asking for packs: one at a time for a tenant, whoever asks, and each with a run of its own."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import OperationRun, Role, RunOutcome
from models.columns import from_now
from services.database import Database
from services.operation_run_service import OperationRunService
from services.operations import NotAllowedError, Operations
from services.review_packs import TenantNotFoundError
from services.run_terms import Delivery, Report, Requested, RunMovedError
from tests.services.pack_office import OPTIONS, Office, nobody
from tests.services.packs import World

ROOT = Path(__file__).resolve().parents[2]
NOTHING = Report({}, [])


@pytest.fixture
def office(database: Database) -> Office:
    return Office(World(database))


def test_a_request_makes_pack_run_and_job_at_once(office: Office) -> None:
    deliveries: list[int] = []

    requested = office.request(enqueue=lambda _, delivery: deliveries.append(delivery.run_id))

    pack, run = office.pack(requested.pack_id), office.run(requested.run_id)
    assert requested.is_new
    assert deliveries == [run.id]
    assert (pack.status, pack.operation_run_id, pack.tenant_id) == ("queued", run.id, run.tenant_id)
    assert pack.options == OPTIONS.as_json() == run.context["options"]
    assert run.type == "review_pack.generate"
    assert run.active_key == f"review_pack.generate:{run.workspace_id}:{run.tenant_id}"
    assert pack.initiated_by_user_id == run.initiated_by_user_id == office.world.user_id
    (entry,) = office.trail(requested.pack_id)
    assert (entry.action, entry.actor_user_id) == ("pack.requested", office.world.user_id)
    assert entry.workspace_id == office.world.workspace_id


def test_what_cannot_be_queued_leaves_neither_pack_nor_run(office: Office) -> None:
    def refuse(_session: Session, _delivery: Delivery) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        office.request(enqueue=refuse)

    assert office.packs() == []
    assert office.request().is_new


def test_the_click_of_a_second_person_shows_the_active_pack(office: Office) -> None:
    first = office.request()

    second = office.request(office.viewer(Role.OWNER))

    assert (second.pack_id, second.run_id) == (first.pack_id, first.run_id)
    assert not second.is_new
    assert len(office.trail(first.pack_id)) == 1


def test_each_tenant_has_its_own_active_pack(office: Office) -> None:
    owner = office.viewer(Role.OWNER)

    here = office.request(owner)
    there = office.request(owner, tenant_id=office.world.other_tenant_id)

    assert here.is_new
    assert there.is_new


def test_many_clicks_at_once_make_one_pack(office: Office) -> None:
    together = threading.Barrier(8)

    def click(_: int) -> int:
        together.wait()
        return office.request().pack_id

    with ThreadPoolExecutor(8) as threads:
        ids = set(threads.map(click, range(8)))

    assert len(ids) == 1
    assert [pack.id for pack in office.packs()] == list(ids)


_CLICK = """
import sys
from services.database import Database
from tests.services.pack_office import Office
from tests.services.packs import World

url, workspace, tenant, user = sys.argv[1:]
world = World.__new__(World)
world.database, world.user_id = Database(url), int(user)
world.workspace_id, world.tenant_id = int(workspace), int(tenant)
print("ready", flush=True)
sys.stdin.readline()
print(Office(world).request().pack_id)
"""


def test_four_processes_at_once_make_one_pack(office: Office) -> None:
    world = office.world
    url = world.database.engine.url.render_as_string(hide_password=False)
    words = [url, str(world.workspace_id), str(world.tenant_id), str(world.user_id)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _CLICK, *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = {process.communicate()[0].strip() for process in processes}

    assert answers == {str(office.packs()[0].id)}
    assert len(office.packs()) == 1


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TENANT_VIEWER])
def test_who_sees_the_tenant_but_may_not_is_refused(office: Office, role: Role) -> None:
    tenant_id = office.world.tenant_id if role is Role.TENANT_VIEWER else None

    with pytest.raises(NotAllowedError):
        office.request(office.viewer(role, tenant_id))

    assert office.packs() == []


def test_a_hidden_tenant_looks_exactly_like_a_missing_one(office: Office) -> None:
    workspace_id, hidden = office.other_workspace()
    told = []
    for viewer, tenant_id in (
        (office.admin(), hidden),
        (office.admin(), office.world.other_tenant_id),
        (office.viewer(Role.OWNER), hidden),
        (office.viewer(Role.OWNER, workspace_id=workspace_id), office.world.tenant_id),
        (office.admin(), 10**12),
    ):
        with pytest.raises(TenantNotFoundError) as refusal:
            office.request(viewer, tenant_id=tenant_id)
        told.append(str(refusal.value))

    assert set(told) == {"This tenant does not exist."}


@pytest.mark.parametrize("status", ["queued", "generating"])
def test_a_pack_that_another_program_makes_is_the_active_one(office: Office, status: str) -> None:
    pack_id = office.add_pack(status=status)

    requested = office.request()

    assert (requested.pack_id, requested.run_id, requested.is_new) == (pack_id, None, False)


def test_a_pack_that_its_ended_run_left_behind_stands_in_nobodys_way(office: Office) -> None:
    run_id = office.world.add(OperationRun, **office.world.run(type="review_pack.generate"))
    left = office.add_pack(status="generating", operation_run_id=run_id)

    requested = office.request()

    assert requested.is_new
    assert office.pack(left).status == "failed"


def test_a_generation_that_was_queued_without_a_pack_gets_one(office: Office) -> None:
    world = office.world
    run = world.run(type="review_pack.generate", status="queued", outcome=None, completed_at=None)
    key = f"review_pack.generate:{world.workspace_id}:{world.tenant_id}"
    run_id = world.add(OperationRun, **run | {"active_key": key, "started_at": None})

    requested = office.request()

    assert (requested.run_id, requested.is_new) == (run_id, True)
    assert office.request().pack_id == requested.pack_id


# --- a pack follows its run ---------------------------------------------------------------------


class Hand:
    """Whoever moves the run of one requested pack, as workers and people do."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.requested = office.request()
        self.token = ""

    @property
    def status(self) -> str:
        return self.office.pack(self.requested.pack_id).status

    def do(self, deed: str, *arguments: Any, **values: Any) -> Any:
        with self.office.database.writing() as session:
            service = OperationRunService(session)
            return getattr(service, deed)(self.requested.run_id, *arguments, **values)

    def claim(self) -> None:
        with self.office.database.writing() as session:
            run = OperationRunService(session).claim("here", self.requested.run_id)
        assert run is not None
        self.token = run.token

    def expire_lease(self) -> None:
        with self.office.database.writing() as session:
            OperationRunService(session, lease=timedelta(seconds=-1)).heartbeat(
                self.requested.run_id or 0, self.token
            )

    def rescue(self) -> None:
        with self.office.database.writing() as session:
            OperationRunService(session).rescue()


@pytest.fixture
def hand(office: Office) -> Hand:
    return Hand(office)


def test_a_claimed_run_s_pack_is_generating_as_of_now(hand: Hand) -> None:
    hand.office.set_pack(hand.requested.pack_id, updated_at=from_now(timedelta(hours=-1)))
    before = hand.office.pack(hand.requested.pack_id).updated_at

    hand.claim()

    pack = hand.office.pack(hand.requested.pack_id)
    assert pack.status == "generating"
    assert pack.updated_at is not None
    assert before is not None
    assert pack.updated_at - before >= timedelta(hours=1)


def test_a_pack_is_queued_again_with_its_rescued_run(hand: Hand) -> None:
    hand.claim()
    hand.expire_lease()

    hand.rescue()

    assert hand.status == "queued"


def test_a_pack_is_queued_again_with_a_run_that_is_handed_back(hand: Hand) -> None:
    hand.claim()

    hand.do("hand_back", hand.token)

    assert hand.status == "queued"


@pytest.mark.parametrize("outcome", list(RunOutcome))
def test_a_run_that_ends_without_a_file_fails_its_pack(hand: Hand, outcome: RunOutcome) -> None:
    hand.claim()

    hand.do("complete", hand.token, outcome, NOTHING)

    assert hand.status == "failed"


def test_cancelling_a_queued_run_fails_its_pack(hand: Hand) -> None:
    hand.do("cancel", hand.office.run(hand.requested.run_id).version, None)

    assert hand.status == "failed"


def test_a_crash_loop_fails_the_pack(hand: Hand) -> None:
    for _ in range(4):
        hand.claim()
        hand.expire_lease()
        hand.rescue()

    with hand.office.database.writing() as session:
        assert OperationRunService(session).claim("here", hand.requested.run_id) is None

    assert hand.status == "failed"


def test_a_cancelled_run_whose_worker_died_fails_its_pack(hand: Hand) -> None:
    hand.claim()
    hand.do("cancel", hand.office.run(hand.requested.run_id).version, None)
    hand.expire_lease()

    hand.rescue()

    assert hand.status == "failed"


def test_pack_and_run_move_in_one_transaction_or_not_at_all(hand: Hand) -> None:
    with pytest.raises(ZeroDivisionError), hand.office.database.writing() as session:
        assert OperationRunService(session).claim("here", hand.requested.run_id) is not None
        raise ZeroDivisionError

    assert hand.status == "queued"
    assert hand.office.run(hand.requested.run_id).status == "queued"


def test_other_packs_of_the_tenant_stay_as_they_are(hand: Hand) -> None:
    ready = hand.office.add_pack(status="ready")

    hand.claim()
    hand.do("complete", hand.token, RunOutcome.FAILED, NOTHING)

    assert hand.office.pack(ready).status == "ready"


def test_starting_a_failed_generation_again_makes_a_new_pack(hand: Hand) -> None:
    hand.claim()
    hand.do("complete", hand.token, RunOutcome.FAILED, NOTHING)
    run = hand.office.run(hand.requested.run_id)

    with hand.office.database.writing() as session:
        again = Operations(session, nobody, {}).retry(hand.office.admin(), run.id or 0, run.version)

    old, new = hand.office.packs()
    assert (old.status, new.status) == ("failed", "queued")
    assert (new.operation_run_id, new.options) == (again.run_id, old.options)
    assert hand.office.run(again.run_id).retry_of_id == run.id
    assert hand.office.request().pack_id == new.id


def failed_run(office: Office, **values: Any) -> int:
    run = office.world.run(type="review_pack.generate", outcome="failed", **values)
    return office.world.add(OperationRun, **run | {"context": {"options": OPTIONS.as_json()}})


def start_again(office: Office, run_id: int) -> Requested:
    version = office.run(run_id).version
    with office.database.writing() as session:
        return Operations(session, nobody, {}).retry(office.viewer(Role.OWNER), run_id, version)


def test_starting_again_beside_an_active_pack_names_the_run_that_makes_it(office: Office) -> None:
    old = failed_run(office)
    # Of another program, which knows no keys.
    making = office.world.add(
        OperationRun,
        **office.world.run(
            type="review_pack.generate", status="queued", outcome=None, completed_at=None
        ),
    )
    active = office.add_pack(status="queued", operation_run_id=making)

    again = start_again(office, old)

    assert (again.run_id, again.is_new) == (making, False)
    assert [pack.id for pack in office.packs()] == [active]


def test_starting_again_beside_a_pack_without_a_run_is_refused(office: Office) -> None:
    old = failed_run(office)
    office.add_pack(status="generating")

    with pytest.raises(RunMovedError, match="Another program"):
        start_again(office, old)

    assert len(office.packs()) == 1


def test_a_pack_run_without_a_tenant_cannot_be_started_again(office: Office) -> None:
    with pytest.raises(RunMovedError, match="no tenant"):
        start_again(office, failed_run(office, tenant_id=None))

    assert office.packs() == []
