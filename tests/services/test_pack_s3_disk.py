"""The S3 disk, against a real server that speaks the protocol on this machine."""

import hashlib
import itertools
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from jobs.engines import engine_for
from jobs.operation import built_in_operations
from jobs.pack_sweeping import pack_chores
from models.columns import from_now
from services.database import Database
from services.pack_downloads import Span, find_for_download, open_pack
from services.packs.keeping import Keeping
from services.packs.storage.checksums import measure
from services.packs.storage.disk import PackMissingError, StorageError
from services.packs.storage.disks import Disks, local_disk
from services.packs.storage.s3_disk import S3Disk, S3Settings
from services.packs.storage.sweeping import sweep
from services.packs.storage.verified_reading import open_verified
from stillwatch.operations import Cancelled
from tests.services.pack_office import Office
from tests.services.packs import World
from tests.waiting import wait_until

TOKEN = "0123456789abcdef0123456789abcdef"
NAME = "contoso/review-pack-7"
BUCKET = "packs-of-tests"
# More than a part of an upload in parts, so that there are two.
LARGE = (16 << 20) + 12_345


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def client(endpoint: str) -> Any:
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    client.create_bucket(Bucket=BUCKET)
    for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=found["Key"])
    return client


@pytest.fixture
def disk(endpoint: str, client: Any) -> S3Disk:
    return S3Disk(S3Settings(BUCKET, endpoint, "us-east-1", "key", "secret"))


def put(disk: S3Disk, folder: Path, content: bytes, token: str = TOKEN) -> str:
    source = folder / "source"
    source.write_bytes(content)
    return disk.put(token, NAME, source)


def keys(client: Any) -> list[str]:
    found = client.list_objects_v2(Bucket=BUCKET).get("Contents", ())
    return sorted(entry["Key"] for entry in found)


def test_what_is_put_is_there_and_its_draft_is_gone(
    disk: S3Disk, client: Any, tmp_path: Path
) -> None:
    path = put(disk, tmp_path, b"content")

    assert path == f"{NAME}.{TOKEN}.zip"
    assert keys(client) == [f"packs/{path}"]
    assert not (tmp_path / "source").exists()
    assert disk.size(path) == 7
    assert b"".join(disk.open_range(path, 2, 3)) == b"nte"
    assert b"".join(disk.open_range(path, 5, 99)) == b"nt"
    assert b"".join(disk.open_range(path, 7, 1)) == b""


def test_a_large_one_goes_in_parts_and_comes_back_verified(disk: S3Disk, tmp_path: Path) -> None:
    content = os.urandom(LARGE)
    (tmp_path / "copy").write_bytes(content)
    facts = measure(tmp_path / "copy", lambda: None)

    path = put(disk, tmp_path, content)

    assert b"".join(open_verified(disk, path, facts)) == content
    assert b"".join(open_verified(disk, path, facts, LARGE - 10)) == content[-10:]


def test_what_is_not_there_is_missing(disk: S3Disk, tmp_path: Path) -> None:
    path = put(disk, tmp_path, b"content")
    disk.delete(path)
    disk.delete(path)

    for missing in (path, "../etc/passwd", ""):
        with pytest.raises(PackMissingError):
            disk.size(missing)
        with pytest.raises(PackMissingError):
            disk.open_range(missing, 0, 1)
        disk.delete(missing)


def test_a_sweep_removes_drafts_uploads_and_files_that_nobody_holds(
    disk: S3Disk, client: Any, tmp_path: Path
) -> None:
    kept = put(disk, tmp_path, b"kept")
    put(disk, tmp_path, b"orphan", "b" * 32)
    draft = f"drafts/{NAME}.{'c' * 32}.zip"
    client.put_object(Bucket=BUCKET, Key=draft, Body=b"half")
    client.create_multipart_upload(Bucket=BUCKET, Key=f"drafts/{NAME}.{'d' * 32}.zip")
    client.put_object(Bucket=BUCKET, Key="notes.txt", Body=b"not ours")

    removed = sweep(disk, lambda entries: {kept})

    assert removed == 3
    assert keys(client) == ["notes.txt", f"packs/{kept}"]
    assert not client.list_multipart_uploads(Bucket=BUCKET).get("Uploads")


def test_instances_with_prefixes_of_their_own_share_a_bucket(
    endpoint: str, client: Any, disk: S3Disk, tmp_path: Path
) -> None:
    mine, other = (
        S3Disk(S3Settings(BUCKET, endpoint, "us-east-1", "key", "secret", prefix))
        for prefix in ("a/", "b/")
    )
    path = put(mine, tmp_path, b"content")
    client.create_multipart_upload(Bucket=BUCKET, Key=f"a/drafts/{NAME}.{'d' * 32}.zip")

    assert keys(client) == [f"a/packs/{path}"]
    assert b"".join(mine.open_range(path, 0, 7)) == b"content"
    for stranger in (other, disk):
        assert sweep(stranger, lambda entries: set()) == 0
        stranger.delete(path)
    assert mine.size(path) == 7
    assert {entry.stored_at.tzinfo is not None for entry in mine.entries()} == {True}
    assert sweep(mine, lambda entries: set()) == 2
    assert keys(client) == []


@pytest.mark.parametrize("size", [1 << 20, LARGE])
@pytest.mark.parametrize("reason", [Cancelled, ValueError])
@pytest.mark.parametrize("at", ["the first bit", "the copy"])
def test_a_transfer_stops_where_it_is_asked_to_and_leaves_nothing(
    disk: S3Disk, client: Any, tmp_path: Path, size: int, reason: type[BaseException], at: str
) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(size))

    def stop() -> None:
        if at == "the first bit" or keys(client):
            raise reason

    with pytest.raises(reason):
        disk.put(TOKEN, NAME, source, stop)

    assert keys(client) == []
    assert not client.list_multipart_uploads(Bucket=BUCKET).get("Uploads")


def test_a_service_that_refuses_or_is_not_there_is_told_in_words(
    endpoint: str, client: Any, tmp_path: Path
) -> None:
    nowhere = S3Disk(S3Settings(BUCKET, "http://127.0.0.1:1", "us-east-1", "key", "secret"))
    no_bucket = S3Disk(S3Settings("not-there", endpoint, "us-east-1", "key", "secret"))

    with pytest.raises(StorageError, match="cannot be reached"):
        nowhere.size(f"{NAME}.{TOKEN}.zip")
    with pytest.raises(StorageError, match="NoSuchBucket"):
        put(no_bucket, tmp_path, b"content")


def test_a_pack_is_made_into_the_bucket_handed_out_of_it_and_swept(
    sqlite_database: Database, disk: S3Disk, client: Any, tmp_path: Path
) -> None:
    office = Office(World(sqlite_database))
    disks = Disks(local_disk(tmp_path), {"s3": disk}, "s3")
    operations = built_in_operations(Keeping(disks))
    minutes = itertools.count(0.0, 60.0)
    chores = pack_chores(sqlite_database, disks, lambda: next(minutes))
    soon = timedelta(milliseconds=200)
    engine = engine_for(sqlite_database, operations, 1, tmp_path, sweep=soon, chores=chores)
    requested = office.request()
    engine.start()
    try:
        wait_until(lambda: office.pack(requested.pack_id).status == "ready", 60)
        pack = office.pack(requested.pack_id)
        with sqlite_database.reading() as session:
            kept = find_for_download(session, office.admin(), requested.pack_id)
        content = b"".join(open_pack(disks, kept, Span(0, pack.file_size or 0)))

        assert pack.file_disk == "s3"
        assert keys(client) == [f"packs/{pack.file_path}"]
        assert hashlib.sha256(content).hexdigest() == pack.sha256
        assert [path for path in (tmp_path / "packs").rglob("*") if path.is_file()] == []

        office.set_pack(requested.pack_id, expires_at=from_now(timedelta(hours=-1)))
        wait_until(lambda: keys(client) == [], 30)
    finally:
        engine.stop()
