"""`review_pack.generate`, done by a real worker from the request to the file."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from jobs.context import RunContext
from jobs.engines import engine_for
from jobs.handlers.review_pack import generate_pack
from jobs.operation import built_in_operations
from models import OperationRun, ReviewPack, RunOutcome, Tenant
from services.database import Database
from services.operation_run_service import OperationRunService
from services.operations import Operations
from services.pack_making import PackGoneError, tell_stage
from services.packs.keeping import Keeping
from services.packs.order import Stage
from services.packs.storage.disk import go_on
from services.packs.storage.disks import Disks, local_disk
from services.packs.storage.local_disk import LocalDisk
from services.review_packs import RequestedPack
from services.run_terms import LeaseLostError
from stillwatch.operations import Cancelled, OperationFailed
from stillwatch.pack_verify import verify_pack
from tests.services.pack_office import Office, nobody
from tests.services.packs import World
from tests.waiting import wait_until


@pytest.fixture
def office(database: Database) -> Office:
    office = Office(World(database))
    office.world.add_runs(*(office.world.run(minutes) for minutes in range(5)))
    return office


@contextmanager
def worker(office: Office, folder: Path, keeping: Keeping | None = None) -> Iterator[None]:
    engine = engine_for(
        office.database,
        built_in_operations(keeping),
        1,
        folder,
        sweep=timedelta(milliseconds=300),
    )
    engine.start()
    try:
        yield
    finally:
        engine.stop()


def done(office: Office, requested: RequestedPack, seconds: float = 60) -> ReviewPack:
    wait_until(lambda: office.run(requested.run_id).status == "completed", seconds)
    return office.pack(requested.pack_id)


def files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in (folder / "packs").rglob("*")
        if path.is_file()
    )


def claimed(office: Office, folder: Path) -> tuple[RequestedPack, RunContext]:
    requested = office.request()
    with office.database.writing() as session:
        run = OperationRunService(session).claim("here", requested.run_id)
    assert run is not None
    return requested, RunContext(run, office.database, folder)


def test_a_requested_pack_becomes_ready_with_all_that_is_to_be_known_of_it(
    office: Office, tmp_path: Path
) -> None:
    with worker(office, tmp_path):
        requested = office.request()
        pack = done(office, requested)

    run = office.run(requested.run_id)
    assert (run.outcome, run.summary_counts["succeeded"], pack.status) == ("succeeded", 5, "ready")
    assert pack.file_path is not None
    assert files(tmp_path) == [pack.file_path]
    assert pack.file_path.startswith(f"packs/contoso/review-pack-{pack.id}.")
    content = (tmp_path / pack.file_path).read_bytes()
    assert (pack.file_disk, pack.file_size) == ("local", len(content))
    assert pack.sha256 == hashlib.sha256(content).hexdigest()
    assert pack.generated_at is not None
    assert pack.expires_at is not None
    lived = pack.expires_at - pack.generated_at
    assert abs(lived - timedelta(days=30)) < timedelta(seconds=1)
    assert pack.summary["counts"]["runs"] == 5
    assert pack.summary["chunks"]["sha256"] == [pack.sha256]
    names = {member["name"] for member in pack.summary["members"]}
    assert {"report.html", "report.pdf", "runs.csv"} <= names
    assert verify_pack(tmp_path / pack.file_path, pack.sha256).is_intact
    with zipfile.ZipFile(tmp_path / pack.file_path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["pack"], manifest["run"]) == (pack.id, run.id)
    assert manifest["asked_by"]["email"] == "ada@example.test"
    # Of the evidence's moment the archive tells; the row tells since when there is a pack.
    assert run.completed_at is not None
    assert datetime.fromisoformat(manifest["generated_at"]) < pack.generated_at
    assert abs(run.completed_at - pack.generated_at) < timedelta(seconds=1)


def test_how_long_a_pack_is_kept_is_configured(office: Office, tmp_path: Path) -> None:
    keeping = Keeping(Disks(local_disk(tmp_path)), timedelta(days=2))
    with worker(office, tmp_path, keeping):
        pack = done(office, office.request())

    assert pack.generated_at is not None
    assert pack.expires_at is not None
    lived = pack.expires_at - pack.generated_at
    assert abs(lived - timedelta(days=2)) < timedelta(seconds=1)


def test_run_and_pack_close_in_one(office: Office, tmp_path: Path) -> None:
    """The lease is lost between the last byte and the end: neither is closed."""
    requested, context = claimed(office, tmp_path)
    generate_pack(context)
    with office.database.writing() as session:
        OperationRunService(session).hand_back(context.id, context.run.token)
    closing = context.closing
    assert closing is not None

    with pytest.raises(LeaseLostError), office.database.writing() as session:
        OperationRunService(session).complete(
            context.id, context.run.token, RunOutcome.SUCCEEDED, context.report, closing
        )

    assert office.pack(requested.pack_id).status == "queued"
    assert office.pack(requested.pack_id).file_path is None
    assert office.run(requested.run_id).status == "queued"


def test_a_closing_that_fails_leaves_the_run_as_it_was(office: Office, tmp_path: Path) -> None:
    requested, context = claimed(office, tmp_path)
    generate_pack(context)
    closing = context.closing
    assert closing is not None
    before = office.run(requested.run_id).version
    office.set_pack(requested.pack_id, status="failed")

    with pytest.raises(PackGoneError), office.database.writing() as session:
        OperationRunService(session).complete(
            context.id, context.run.token, RunOutcome.SUCCEEDED, context.report, closing
        )

    assert office.run(requested.run_id).version == before


def test_the_pack_tells_the_stage_and_the_run_its_counts(office: Office, tmp_path: Path) -> None:
    requested, context = claimed(office, tmp_path)
    seen: list[str] = []
    told = context.checkpoint

    def look() -> None:
        told()
        summary = office.pack(requested.pack_id).summary
        if summary and summary["stage"] not in seen:
            seen.append(summary["stage"])

    context.checkpoint = look  # type: ignore[method-assign]
    generate_pack(context)

    assert seen == ["runs", "audit", "report"]
    assert context.report.counts["processed"] == context.report.counts["total"] == 5


def test_who_lost_the_run_tells_no_stage_any_more(office: Office, tmp_path: Path) -> None:
    requested, context = claimed(office, tmp_path)
    with office.database.writing() as session:
        service = OperationRunService(session)
        service.hand_back(context.id, context.run.token)
        assert service.claim("there", context.id) is not None

    with office.database.writing() as session:
        tell_stage(session, context.run, Stage.RUNS, 0.5)

    assert office.pack(requested.pack_id).summary == {}


@pytest.mark.parametrize("stage", list(Stage))
def test_cancelling_stops_it_at_any_stage_and_leaves_no_file(
    office: Office, tmp_path: Path, stage: Stage
) -> None:
    requested, context = claimed(office, tmp_path)
    told = context.checkpoint

    def cancel_at_stage() -> None:
        if (office.pack(requested.pack_id).summary or {}).get("stage") == stage:
            context.interrupt(Cancelled())
        told()

    context.checkpoint = cancel_at_stage  # type: ignore[method-assign]

    with pytest.raises(Cancelled):
        generate_pack(context)

    assert files(tmp_path) == []
    assert context.closing is None


def test_a_cancellation_while_the_file_is_put_takes_the_file_away_again(
    office: Office, tmp_path: Path
) -> None:
    _requested, context = claimed(office, tmp_path)

    class Slow(LocalDisk):
        """Takes so long that somebody cancels meanwhile."""

        def put(
            self, token: str, name: str, source: Path, checkpoint: Callable[[], None] = go_on
        ) -> str:
            path = super().put(token, name, source, checkpoint)
            context.interrupt(Cancelled())
            return path

    disks = Disks(local_disk(tmp_path), {"slow": Slow(tmp_path / "packs", "packs/")}, "slow")

    with pytest.raises(Cancelled):
        generate_pack(context, Keeping(disks))

    assert files(tmp_path) == []
    assert context.closing is None


def test_a_cancellation_ends_run_and_pack_within_two_seconds(
    office: Office, tmp_path: Path
) -> None:
    world = office.world
    rows = [world.run(minute % 40_000) for minute in range(40_000)]
    world.add_all(OperationRun, rows)
    with worker(office, tmp_path):
        requested = office.request()
        wait_until(lambda: (office.run(requested.run_id).summary_counts or {}).get("processed"), 60)
        with office.database.writing() as session:
            run = session.get_one(OperationRun, requested.run_id)
            Operations(session, nobody, {}).cancel(office.admin(), run.id or 0, run.version)
        pack = done(office, requested)

    run = office.run(requested.run_id)
    assert (run.outcome, pack.status) == ("cancelled", "failed")
    assert run.cancel_requested_at is not None
    assert run.completed_at is not None
    assert run.completed_at - run.cancel_requested_at < timedelta(seconds=2)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({}, "bad_options"),
        ("nonsense", "bad_options"),
        ({"from": "2026-11-02T00:00:00+00:00", "to": "2026-11-01T00:00:00+00:00"}, "bad_options"),
    ],
)
def test_options_that_make_no_sense_are_the_reason(
    office: Office, tmp_path: Path, options: object, code: str
) -> None:
    requested = office.request()
    office.set_pack(requested.pack_id, options=options)

    with worker(office, tmp_path):
        pack = done(office, requested)

    run = office.run(requested.run_id)
    assert (run.outcome, run.failure_summary[0]["code"], pack.status) == ("failed", code, "failed")
    assert files(tmp_path) == []


def test_a_full_disk_is_the_reason_and_no_part_of_the_file_is_left(
    office: Office, tmp_path: Path
) -> None:
    _requested, context = claimed(office, tmp_path)
    # A device of the kernel's own that is always full, in place of the archive being written.
    draft = tmp_path / "packs" / ".drafts" / f"{context.run.token}.zip"
    draft.parent.mkdir(parents=True)
    draft.symlink_to("/dev/full")

    with pytest.raises(OperationFailed, match="no room left on the disk") as failure:
        generate_pack(context)

    assert failure.value.code == "disk_full"
    assert context.closing is None
    assert not draft.is_symlink()
    assert files(tmp_path) == []


def test_room_is_left_on_the_disk_for_the_database_beside_it(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _requested, context = claimed(office, tmp_path)
    asked: list[object] = []

    def nearly_full(path: object) -> os.statvfs_result:
        asked.append(path)
        blocks = (64 << 20) // 4096 - (1 if len(asked) > 2 else 0)
        return os.statvfs_result((4096, 4096, 1 << 30, blocks, blocks, 9, 9, 9, 0, 255))

    monkeypatch.setattr(os, "statvfs", nearly_full)

    with pytest.raises(OperationFailed, match="no room left on the disk") as failure:
        generate_pack(context)

    assert failure.value.code == "disk_full"
    assert len(asked) == 3
    assert context.closing is None
    assert files(tmp_path) == []


def test_a_generation_without_a_pack_says_so(office: Office, tmp_path: Path) -> None:
    requested, context = claimed(office, tmp_path)
    with office.database.writing() as session:
        session.execute(delete(ReviewPack).where(col(ReviewPack.id) == requested.pack_id))

    with pytest.raises(OperationFailed, match="no review pack") as failure:
        generate_pack(context)

    assert failure.value.code == "pack_gone"


@pytest.mark.parametrize("slug", ["../../etc", "", "con toso/ü", "-"])
def test_whatever_a_tenant_is_called_its_file_gets_a_sane_name(
    office: Office, tmp_path: Path, slug: str
) -> None:
    with office.database.writing() as session:
        session.execute(
            update(Tenant).where(col(Tenant.id) == office.world.tenant_id).values(slug=slug)
        )
    requested, context = claimed(office, tmp_path)

    generate_pack(context)

    (path,) = files(tmp_path)
    assert path.count("/") == 2
    assert f"/review-pack-{requested.pack_id}." in path
