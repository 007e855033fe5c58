"""`evidence.verify`: what is kept is read again and held against what was stored of it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs.context import RunContext
from jobs.engines import engine_for
from jobs.handlers.evidence_check import verify_evidence
from jobs.operation import built_in_operations, offers_of
from models import OperationRun, Role
from models.columns import from_now
from services.database import Database
from services.operation_run_service import OperationRunService
from services.operations import NotAllowedError, Operations
from services.packs.storage.checksums import CHUNK, measure
from services.packs.storage.disks import Disks, local_disk
from services.run_terms import RunRequest
from stillwatch.operations import Cancelled
from tests.services.pack_office import Office, nobody
from tests.services.packs import World
from tests.waiting import wait_until

LATER, EARLIER = from_now(timedelta(hours=1)), from_now(timedelta(seconds=-1))


class Archive:
    """A workspace's packs on a disk, and a check of them."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.office = Office(World(database))
        self.folder = folder
        self.disks = Disks(local_disk(folder))

    def keep(self, number: int, content: bytes = b"content", **values: Any) -> Path:
        token = f"{number:032d}"
        with self.disks.draft(token) as draft:
            draft.write_bytes(content)
            facts = measure(draft, lambda: None)
            path = self.disks.named("local").put(token, f"contoso/review-pack-{number}", draft)
        row = {
            "status": "ready",
            "file_disk": "local",
            "file_path": path,
            "file_size": facts.size,
            "sha256": facts.sha256,
            "expires_at": LATER,
            "summary": {"chunks": facts.as_json()},
        }
        self.office.add_pack(**(row | values))
        return self.folder / path

    def context(self) -> RunContext:
        with self.office.database.writing() as session:
            service = OperationRunService(session)
            key = f"evidence.verify:{self.office.world.workspace_id}:-"
            service.request(RunRequest(self.office.world.workspace_id, "evidence.verify", key))
            run = service.claim("here")
        assert run is not None
        return RunContext(run, self.office.database, self.folder)

    def verified(self) -> RunContext:
        context = self.context()
        verify_evidence(context)
        return context


@pytest.fixture
def archive(database: Database, tmp_path: Path) -> Archive:
    return Archive(database, tmp_path)


def failures(context: RunContext) -> list[tuple[object, object, object]]:
    groups = context.report.failures
    return [(group["code"], group["count"], group["sample"]) for group in groups]


def test_packs_as_they_were_made_are_all_right(archive: Archive) -> None:
    for number in range(3):
        archive.keep(number)

    context = archive.verified()

    assert context.report.counts == {
        "total": 3,
        "processed": 3,
        "succeeded": 3,
        "failed": 0,
        "skipped": 0,
    }
    assert not context.has_failures


def test_drift_is_recorded_and_the_rest_is_checked_all_the_same(archive: Archive) -> None:
    archive.keep(1).unlink()
    archive.keep(2).write_bytes(b"c0ntent")
    archive.keep(3)
    archive.keep(4).write_bytes(b"longer content")
    archive.keep(5, file_path="../../etc/passwd")
    archive.keep(6, summary={})

    context = archive.verified()

    assert [(code, count) for code, count, _ in failures(context)] == [
        ("file_missing", 2),
        ("file_altered", 1),
        ("file_altered", 1),
        ("file_altered", 1),
    ]
    assert failures(context)[0][2] == "review pack 1 of contoso"
    assert (context.report.counts["succeeded"], context.report.counts["failed"]) == (1, 5)


def test_a_change_anywhere_in_a_large_file_is_found(archive: Archive) -> None:
    path = archive.keep(1, b"x" * (2 * CHUNK))
    with path.open("r+b") as file:
        file.seek(2 * CHUNK - 1)
        file.write(b"y")

    assert [code for code, _, _ in failures(archive.verified())] == ["file_altered"]


@pytest.mark.parametrize(
    "values", [{"status": "expired"}, {"status": "failed"}, {"expires_at": EARLIER}]
)
def test_only_what_must_be_there_is_missed(archive: Archive, values: dict[str, Any]) -> None:
    archive.keep(1, **values).unlink()

    context = archive.verified()

    assert not context.has_failures
    assert context.report.counts["total"] == 0


def test_other_workspaces_have_checks_of_their_own(archive: Archive) -> None:
    workspace_id, tenant_id = archive.office.other_workspace()
    archive.keep(1, workspace_id=workspace_id, tenant_id=tenant_id).unlink()

    assert not archive.verified().has_failures


@pytest.mark.parametrize("is_gone", [False, True], ids=["in between", "while it is read"])
def test_a_pack_that_expires_meanwhile_is_no_drift(archive: Archive, is_gone: bool) -> None:
    path = archive.keep(1)
    context = archive.context()
    (pack,) = archive.office.packs()
    told: Callable[[], None] = context.checkpoint

    def expire() -> None:
        told()
        archive.office.set_pack(pack.id or 0, expires_at=EARLIER)
        path.unlink(missing_ok=True)

    if is_gone:
        path.write_bytes(b"c0ntent")
    context.checkpoint = expire  # type: ignore[method-assign]
    verify_evidence(context)

    assert not context.has_failures
    assert context.report.counts["skipped"] == 1


def test_it_stops_in_the_middle_of_a_file_when_it_is_cancelled(archive: Archive) -> None:
    archive.keep(1, b"x" * (6 << 20))
    context = archive.context()
    told: Callable[[], None] = context.checkpoint
    looks = 0

    def count() -> None:
        nonlocal looks
        looks += 1
        if looks == 4:
            context.interrupt(Cancelled())
        told()

    context.checkpoint = count  # type: ignore[method-assign]

    with pytest.raises(Cancelled):
        verify_evidence(context)

    assert looks == 4
    assert context.report.counts["processed"] == 0


def test_people_start_it_and_drift_ends_it_as_partially_succeeded(archive: Archive) -> None:
    archive.keep(1)
    archive.keep(2).unlink()
    operations = built_in_operations()
    engine = engine_for(archive.office.database, operations, 1, archive.folder)
    world = archive.office.world
    with archive.office.database.writing() as session:
        started = Operations(session, engine.enqueue, offers_of(operations)).start(
            archive.office.viewer(Role.OPERATOR), world.workspace_id, "evidence.verify"
        )
    engine.start()
    try:
        wait_until(lambda: archive.office.run(started.run_id).status == "completed", 30)
    finally:
        engine.stop()

    run: OperationRun = archive.office.run(started.run_id)
    assert run.outcome == "partially_succeeded"
    assert run.failure_summary[0]["code"] == "file_missing"


def test_an_auditor_reads_of_it_but_does_not_start_it(archive: Archive) -> None:
    offers = offers_of(built_in_operations())
    world = archive.office.world

    with pytest.raises(NotAllowedError), archive.office.database.writing() as session:
        Operations(session, nobody, offers).start(
            archive.office.viewer(Role.AUDITOR), world.workspace_id, "evidence.verify"
        )
