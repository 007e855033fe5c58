"""Packs made by real processes, of which some die, freeze, or sweep at a bad moment."""

import itertools
import os
import signal
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlmodel import SQLModel

from jobs.pack_sweeping import pack_chores
from models import ReviewPack, Role, Tenant
from models.columns import from_now
from services.database import Database
from services.packs.storage.disks import Disks, local_disk
from stillwatch.pack_verify import verify_pack
from tests.engines.test_dying import Node, kill, node
from tests.services.pack_office import Office
from tests.services.packs import World
from tests.waiting import wait_until

# Enough for seconds of reading, so that there is a middle to be killed in.
MANY = 30_000


class Plant:
    """A site whose nodes make packs of one world."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.office = Office(World(database))
        self.database = database
        self.folder = folder

    def add_history(self, count: int) -> None:
        world = self.office.world
        with self.database.writing() as session:
            session.execute(
                insert(SQLModel.metadata.tables["operation_run"]),
                [world.run(minute) for minute in range(count)],
            )

    def is_at_it(self, run_id: int | None) -> bool:
        return bool((self.office.run(run_id).summary_counts or {}).get("processed"))

    def files(self) -> list[str]:
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in (self.folder / "packs").rglob("*")
            if path.is_file()
        )

    def wait_for(self, pack_id: int, seconds: float = 60) -> ReviewPack:
        wait_until(lambda: self.office.pack(pack_id).status == "ready", seconds)
        return self.office.pack(pack_id)

    def has_only(self, pack: ReviewPack) -> bool:
        return self.files() == [pack.file_path]


@pytest.fixture
def plant(database: Database, tmp_path: Path) -> Plant:
    return Plant(database, tmp_path)


@pytest.fixture
def shared(postgres_database: Database, tmp_path: Path) -> Plant:
    """One that several nodes can share."""
    return Plant(postgres_database, tmp_path)


def test_a_killed_generation_is_claimed_again_finished_and_leaves_nothing(plant: Plant) -> None:
    plant.add_history(MANY)
    requested = plant.office.request()
    with node(plant) as killed:
        wait_until(lambda: plant.is_at_it(requested.run_id), 60)
        kill(killed)
    assert plant.office.pack(requested.pack_id).status == "generating"
    (draft,) = plant.files()
    assert ".drafts" in draft

    with node(plant):
        pack = plant.wait_for(requested.pack_id)
    with node(plant, slots=0):  # whoever starts next sweeps
        wait_until(lambda: plant.has_only(pack), 30)

    run = plant.office.run(requested.run_id)
    assert (run.outcome, run.attempt) == ("succeeded", 2)
    assert pack.summary["counts"]["runs"] == MANY
    assert verify_pack(plant.folder / (pack.file_path or ""), pack.sha256).is_intact


def test_a_frozen_generation_is_done_elsewhere_and_its_own_is_thrown_away(plant: Plant) -> None:
    plant.add_history(MANY)
    requested = plant.office.request()
    with node(plant) as frozen:
        wait_until(lambda: plant.is_at_it(requested.run_id), 60)
        os.kill(frozen.pid, signal.SIGSTOP)
        with node(plant):
            pack = plant.wait_for(requested.pack_id)
            os.kill(frozen.pid, signal.SIGCONT)
            log = plant.folder / "node.log"
            wait_until(lambda: "its result is discarded" in log.read_text(), 30)
            wait_until(lambda: plant.has_only(pack), 30)

    after = plant.office.pack(requested.pack_id)
    assert (after.sha256, after.file_path) == (pack.sha256, pack.file_path)
    assert after.updated_at == pack.updated_at


def test_sweeps_take_nothing_from_nodes_at_work(shared: Plant) -> None:
    world = shared.office.world
    shared.add_history(2_000)
    tenants = [
        world.add(Tenant, workspace_id=world.workspace_id, slug=f"tenant-{n}", name="T")
        for n in range(8)
    ]
    owner = shared.office.viewer(Role.OWNER)
    ids = [shared.office.request(owner, tenant_id=tenant_id).pack_id for tenant_id in tenants]
    minutes = itertools.count(0.0, 60.0)  # each look is due
    chores = pack_chores(
        shared.office.database, Disks(local_disk(shared.folder)), lambda: next(minutes)
    )

    def sweep_until_ready() -> bool:
        for chore in chores:
            chore()
        return all(shared.office.pack(pack_id).status == "ready" for pack_id in ids)

    with ExitStack() as stack:
        nodes: list[Node] = [stack.enter_context(node(shared, slots=2)) for _ in "ab"]
        wait_until(sweep_until_ready, 60)
        assert [process.poll() for process in nodes] == [None, None]

    packs = [shared.office.pack(pack_id) for pack_id in ids]
    assert shared.files() == sorted(str(pack.file_path) for pack in packs)
    for pack in packs:
        assert verify_pack(shared.folder / (pack.file_path or ""), pack.sha256).is_intact


def test_what_is_past_its_time_goes_while_the_nodes_are_running(plant: Plant) -> None:
    requested = plant.office.request()
    with node(plant):
        plant.wait_for(requested.pack_id)
        plant.office.set_pack(requested.pack_id, expires_at=from_now(timedelta(hours=-1)))
        wait_until(lambda: plant.office.pack(requested.pack_id).status == "expired", 30)
        wait_until(lambda: plant.files() == [], 30)

    assert [entry.action for entry in plant.office.trail(requested.pack_id)] == [
        "pack.requested",
        "pack.expired",
    ]
