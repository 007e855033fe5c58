"""Sweeping: what is past its time is marked and removed, what crashes have left goes too."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlmodel import col

from jobs.pack_sweeping import pack_chores
from models import OperationRun
from models.columns import from_now
from services.database import Database
from services.kept_packs import find_due
from services.operation_run_service import OperationRunService
from services.packs.storage.disk import StorageError
from services.packs.storage.disks import Disks, local_disk
from services.packs.storage.s3_disk import S3Disk, S3Settings
from tests.databases import sqlite_only
from tests.services.pack_office import Office
from tests.services.packs import World

TOKEN = "0123456789abcdef0123456789abcdef"
LATER, EARLIER = from_now(timedelta(hours=1)), from_now(timedelta(seconds=-1))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Store:
    """A data folder with packs in it, and the chores of one process."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.folder = folder
        self.disks = Disks(local_disk(folder))
        self.clock = Clock()
        self.chores = pack_chores(office.database, self.disks, self.clock)

    def sweep(self) -> None:
        for chore in self.chores:
            chore()

    def put(self, token: str = TOKEN, name: str = "contoso/review-pack-1") -> str:
        with self.disks.draft(token) as draft:
            draft.write_bytes(b"content")
            return self.disks.named("local").put(token, name, draft)

    def age(self, path: str, by: timedelta = timedelta(days=1)) -> str:
        at = time.time() - by.total_seconds()
        os.utime(self.folder / path, (at, at))
        return path

    def pack(self, path: str, **values: object) -> int:
        return self.office.add_pack(
            **{"status": "ready", "file_disk": "local"} | values, file_path=path
        )

    def files(self) -> list[str]:
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in (self.folder / "packs").rglob("*")
            if path.is_file()
        )


@pytest.fixture
def store(database: Database, tmp_path: Path) -> Store:
    return Store(Office(World(database)), tmp_path)


def test_a_pack_past_its_time_is_marked_at_once_and_its_file_removed_an_hour_later(
    store: Store,
) -> None:
    path = store.put()
    pack_id = store.pack(path, expires_at=EARLIER)

    store.sweep()
    at_once = store.files()
    store.office.set_pack(pack_id, expires_at=from_now(timedelta(hours=-1)))
    store.clock.now = 60.0
    store.sweep()

    assert store.office.pack(pack_id).status == "expired"
    assert at_once == [path]
    assert store.files() == []
    (entry,) = store.office.trail(pack_id)
    assert (entry.action, entry.actor_user_id) == ("pack.expired", None)
    assert entry.workspace_id == store.office.world.workspace_id


def test_marking_moves_the_time_of_the_last_change(store: Store) -> None:
    hour = timedelta(hours=1)
    pack_id = store.pack(store.put(), expires_at=EARLIER, updated_at=from_now(-hour))
    before = store.office.pack(pack_id).updated_at

    store.sweep()

    after = store.office.pack(pack_id).updated_at
    assert before is not None
    assert after is not None
    assert after - before >= hour


@pytest.mark.parametrize("expires_at", [LATER, None])
def test_a_pack_that_still_has_time_stays(store: Store, expires_at: object) -> None:
    path = store.put()
    pack_id = store.pack(path, expires_at=expires_at)

    store.sweep()

    assert store.office.pack(pack_id).status == "ready"
    assert store.files() == [path]


@pytest.mark.parametrize("status", ["queued", "generating", "failed", "Ready"])
def test_only_ready_packs_expire(store: Store, status: str) -> None:
    pack_id = store.office.add_pack(status=status, expires_at=EARLIER)

    store.sweep()

    assert store.office.pack(pack_id).status == status


def test_a_file_that_is_gone_already_keeps_no_pack_from_expiring(store: Store) -> None:
    pack_id = store.pack(f"packs/a.{TOKEN}.zip", expires_at=EARLIER)
    strange = store.pack("../../etc/passwd", expires_at=EARLIER, file_disk="tape")

    store.sweep()

    assert store.office.pack(pack_id).status == "expired"
    assert store.office.pack(strange).status == "expired"


def test_several_nodes_mark_a_pack_once(store: Store) -> None:
    ids = [store.pack(f"packs/a{n}.{TOKEN}.zip", expires_at=EARLIER) for n in range(20)]
    together = Barrier(4)

    def node(_: int) -> None:
        chores = pack_chores(store.office.database, store.disks)
        together.wait()
        for chore in chores:
            chore()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(node, range(4)))

    assert [len(store.office.trail(pack_id)) for pack_id in ids] == [1] * 20


def test_what_expired_while_nobody_was_there_goes_at_the_next_start(store: Store) -> None:
    store.pack(store.put(), status="expired", expires_at=from_now(timedelta(hours=-2)))

    store.sweep()

    assert store.files() == []


def test_files_and_drafts_of_nobody_go_and_those_of_a_run_at_work_stay(store: Store) -> None:
    requested = store.office.request()
    with store.office.database.writing() as session:
        # Its lease has run out, but as long as nobody took it back, its holder may still finish.
        service = OperationRunService(session, lease=timedelta(seconds=-1))
        run = service.claim("here", requested.run_id)
        assert run is not None
    held = run.token
    finishing = store.put(held, "contoso/review-pack-2")
    kept = store.put("b" * 32, "contoso/review-pack-3")
    store.pack(kept, expires_at=LATER)
    store.age(store.put("c" * 32, "contoso/review-pack-4"))
    drafts = store.folder / "packs" / ".drafts"
    for token in (held, "d" * 32):
        (drafts / f"{token}.zip").write_bytes(b"half")

    store.sweep()

    assert store.files() == sorted([f"packs/.drafts/{held}.zip", finishing, kept])


def test_a_file_whose_run_was_taken_away_goes(store: Store) -> None:
    requested = store.office.request()
    with store.office.database.writing() as session:
        service = OperationRunService(session, lease=timedelta(seconds=-1))
        run = service.claim("here", requested.run_id)
        assert run is not None
        assert service.rescue() == [run.id]
    store.age(store.put(run.token))

    store.sweep()

    assert store.files() == []


def test_a_finished_file_that_no_pack_refers_to_has_a_day(store: Store) -> None:
    """It may be the archive of another database, or of what came after the one put back."""
    young = store.age(store.put("b" * 32), timedelta(hours=23, minutes=59))
    store.age(store.put("c" * 32), timedelta(hours=24, minutes=1))

    store.sweep()

    assert store.files() == [young]


def test_leftovers_are_looked_for_at_the_start_and_once_a_minute(store: Store) -> None:
    store.sweep()
    store.age(store.put())
    store.clock.now = 59.0
    store.sweep()
    early = store.files()
    store.clock.now = 60.0
    store.sweep()

    assert len(early) == 1
    assert store.files() == []


def test_nothing_to_do_takes_no_write_lock(store: Store) -> None:
    path = store.put()
    store.pack(path, expires_at=LATER)

    with store.office.database.writing():  # on SQLite this keeps every other writer waiting
        store.sweep()

    assert store.files() == [path]


@sqlite_only
def test_the_look_for_what_is_due_reads_a_small_index_only(store: Store) -> None:
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:
        seen.append((sql, values))

    event.listen(store.office.database.engine, "before_cursor_execute", note)
    with store.office.database.reading() as session:
        assert not find_due(session)
        sql, values = seen[-1]
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()

    assert "ix_review_pack_ready (expires_at<?)" in str(plan)


def test_a_pack_whose_run_another_program_ended_is_closed_as_failed(store: Store) -> None:
    requested = store.office.request()
    end_behind_its_back(store, requested.run_id)

    store.sweep()
    store.clock.now = 60.0
    store.sweep()

    assert store.office.pack(requested.pack_id).status == "failed"
    _, line = store.office.trail(requested.pack_id)
    assert (line.action, line.details) == ("pack.orphan_closed", {"run": requested.run_id})


@pytest.mark.parametrize("status", ["queued", "generating"])
def test_a_pack_without_a_run_is_given_a_day(store: Store, status: str) -> None:
    day = timedelta(days=1)
    old = store.office.add_pack(status=status, updated_at=from_now(-day))
    young = store.office.add_pack(status=status, updated_at=from_now(timedelta(minutes=1) - day))

    store.sweep()

    assert store.office.pack(old).status == "failed"
    assert store.office.pack(young).status == status
    now = store.office.pack(store.office.add_pack()).updated_at
    closed = store.office.pack(old).updated_at
    assert now is not None
    assert closed is not None
    assert now - closed < timedelta(minutes=5)


def test_a_pack_whose_run_is_at_work_is_no_orphan(store: Store) -> None:
    requested = store.office.request()
    store.office.set_pack(requested.pack_id, updated_at=from_now(timedelta(days=-9)))

    store.sweep()

    assert store.office.pack(requested.pack_id).status == "queued"


@pytest.mark.parametrize("has_run", [True, False])
def test_an_orphan_keeps_nobody_from_a_new_pack(store: Store, has_run: bool) -> None:
    if has_run:
        first = store.office.request()
        end_behind_its_back(store, first.run_id)
        orphan = first.pack_id
    else:
        orphan = store.office.add_pack(status="queued", updated_at=from_now(timedelta(days=-2)))

    requested = store.office.request()

    assert requested.is_new
    assert requested.pack_id != orphan
    assert store.office.pack(orphan).status == "failed"


def end_behind_its_back(store: Store, run_id: int | None) -> None:
    with store.office.database.writing() as session:
        session.execute(
            update(OperationRun)
            .where(col(OperationRun.id) == run_id)
            .values(status="completed", outcome="failed", active_key=None)
        )


def test_a_disk_that_is_away_stops_no_other(store: Store) -> None:
    store.age(store.put())
    away = S3Disk(S3Settings("bucket", "http://127.0.0.1:9", None, "key", "secret"))
    with pytest.raises(StorageError):
        away.size(f"a.{TOKEN}.zip")

    for chore in pack_chores(store.office.database, Disks(local_disk(store.folder), {"s3": away})):
        chore()

    assert store.files() == []
