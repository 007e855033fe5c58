"""The local disk: whole or nothing, and never outside its folder."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.packs.storage.checksums import CHUNK, measure
from services.packs.storage.disk import (
    PackAlteredError,
    PackMissingError,
    StorageError,
    StorageFullError,
    StoredEntry,
)
from services.packs.storage.disks import Disks, local_disk
from services.packs.storage.local_disk import LocalDisk
from services.packs.storage.sweeping import sweep
from services.packs.storage.verified_reading import open_verified, verify_stored

TOKEN = "0123456789abcdef0123456789abcdef"
NAME = "contoso/review-pack-7"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "packs"


@pytest.fixture
def disk(folder: Path) -> LocalDisk:
    return LocalDisk(folder)


def put(disk: LocalDisk, content: bytes, token: str = TOKEN, name: str = NAME) -> str:
    with disk.draft(token) as draft:
        draft.write_bytes(content)
        return disk.put(token, name, draft)


def read(chunks: Iterator[bytes]) -> bytes:
    return b"".join(chunks)


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_what_is_put_is_there_whole_under_a_name_with_its_token(
    disk: LocalDisk, folder: Path
) -> None:
    path = put(disk, b"content")

    assert path == f"{NAME}.{TOKEN}.zip"
    assert files(folder) == [path]
    assert disk.size(path) == 7
    assert read(disk.open_range(path, 0, 7)) == b"content"
    assert read(disk.open_range(path, 2, 3)) == b"nte"
    assert read(disk.open_range(path, 5, 99)) == b"nt"


def test_paths_of_the_data_folder_s_disk_are_relative_to_it(tmp_path: Path) -> None:
    disk = local_disk(tmp_path)

    path = put(disk, b"content")

    assert path == f"packs/{NAME}.{TOKEN}.zip"
    assert (tmp_path / path).read_bytes() == b"content"
    assert read(disk.open_range(path, 0, 7)) == b"content"
    assert [entry.path for entry in disk.entries()] == [path]
    for other in (path.removeprefix("packs/"), f"packs/{path}", path.replace("packs", "Packs")):
        with pytest.raises(PackMissingError):
            disk.size(other)
    disk.delete(path)
    assert files(tmp_path) == []


def test_a_draft_that_is_given_up_leaves_nothing(disk: LocalDisk, folder: Path) -> None:
    with pytest.raises(ZeroDivisionError), disk.draft(TOKEN) as draft:
        draft.write_bytes(b"half")
        raise ZeroDivisionError

    assert files(folder) == []


def test_nothing_is_visible_before_it_is_whole(disk: LocalDisk, folder: Path) -> None:
    with disk.draft(TOKEN) as draft:
        draft.write_bytes(b"half")

        assert [entry.is_draft for entry in disk.entries()] == [True]
        with pytest.raises(PackMissingError):
            disk.size(f"{NAME}.{TOKEN}.zip")


def test_a_full_disk_is_told_as_such_and_leaves_nothing(disk: LocalDisk, folder: Path) -> None:
    with pytest.raises(StorageFullError) as full, disk.draft(TOKEN) as draft:
        draft.write_bytes(b"half")
        with open("/dev/full", "wb", buffering=0) as device:
            device.write(b"x")

    assert full.value.code == "disk_full"
    assert "no room left" in str(full.value)
    assert files(folder) == []


def test_a_disk_that_fails_when_the_file_is_kept_leaves_nothing(
    disk: LocalDisk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", no_room)

    with pytest.raises(StorageFullError):
        put(disk, b"content")

    assert files(folder) == []


def test_a_folder_that_cannot_be_made_is_named_as_the_reason() -> None:
    with pytest.raises(StorageError, match="Not a directory"):
        put(LocalDisk(Path("/dev/null/packs")), b"content")


@pytest.mark.parametrize(
    "path",
    [
        "../secret.0123456789abcdef.zip",
        "/etc/passwd",
        "contoso/../../secret.0123456789abcdef.zip",
        "contoso/./a.0123456789abcdef.zip",
        ".drafts/0123456789abcdef.zip",
        "a\x00.0123456789abcdef.zip",
        "",
        ".",
        "C:\\a.0123456789abcdef.zip",
    ],
)
def test_a_path_that_leads_out_looks_like_a_missing_file(
    disk: LocalDisk, folder: Path, path: str
) -> None:
    secret = folder.parent / "secret.0123456789abcdef.zip"
    put(disk, b"content")
    secret.write_bytes(b"secret")

    for act in (disk.size, lambda p: disk.open_range(p, 0, 9)):
        with pytest.raises(PackMissingError):
            act(path)
    disk.delete(path)

    assert secret.read_bytes() == b"secret"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.sampled_from("./\\a~0\0")) | st.text())
def test_no_text_at_all_reads_or_deletes_anything_else(folder: Path, text: str) -> None:
    disk = LocalDisk(folder)
    folder.mkdir(parents=True, exist_ok=True)
    outside = folder.parent / "a"
    outside.write_bytes(b"outside")

    for path in (text, f"{text}.0123456789abcdef.zip", f"{text}/a"):
        with pytest.raises(PackMissingError):
            disk.size(path)
        disk.delete(path)

    assert outside.read_bytes() == b"outside"


def test_no_symbolic_link_below_the_folder_is_followed(disk: LocalDisk, folder: Path) -> None:
    path = put(disk, b"content")
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / f"a.{TOKEN}.zip").write_bytes(b"secret")
    (folder / "link").symlink_to(outside)
    (folder / f"file.{TOKEN}.zip").symlink_to(outside / f"a.{TOKEN}.zip")

    for linked in (f"link/a.{TOKEN}.zip", f"file.{TOKEN}.zip"):
        with pytest.raises(PackMissingError):
            disk.open_range(linked, 0, 9)
        disk.delete(linked)
    with pytest.raises(StorageError):
        put(disk, b"evil", name="link/b")

    assert files(outside) == [f"a.{TOKEN}.zip"]
    assert disk.size(path) == 7


def test_a_pipe_in_place_of_the_file_keeps_nobody_waiting(disk: LocalDisk, folder: Path) -> None:
    path = put(disk, b"content")
    (folder / path).unlink()
    os.mkfifo(folder / path)

    with pytest.raises(PackMissingError):
        disk.size(path)


@pytest.mark.parametrize("reason", [errno.EACCES, errno.EIO, errno.EMFILE])
def test_a_file_that_cannot_be_opened_is_not_missing(
    disk: LocalDisk, monkeypatch: pytest.MonkeyPatch, reason: int
) -> None:
    path = put(disk, b"content")

    def refuse(*_: object, **__: object) -> int:
        raise OSError(reason, "no")

    monkeypatch.setattr(os, "open", refuse)

    for act in (disk.size, lambda p: disk.open_range(p, 0, 9)):
        with pytest.raises(StorageError, match=f"cannot be read: {os.strerror(reason)}") as told:
            act(path)
        assert type(told.value) is StorageError
    with pytest.raises(StorageError, match="cannot be removed"):
        disk.delete(path)


def test_a_disk_that_fails_in_mid_read_is_told_in_words(
    disk: LocalDisk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(disk, b"content")
    mem = os.open("/proc/self/mem", os.O_RDONLY)  # whose first page cannot be read: EIO
    monkeypatch.setattr(LocalDisk, "_open", lambda *_: mem)

    with pytest.raises(StorageError, match="cannot be read: Input/output error"):
        read(disk.open_range(path, 0, 9))


def test_deleting_what_is_gone_is_no_error(disk: LocalDisk) -> None:
    path = put(disk, b"content")

    disk.delete(path)
    disk.delete(path)

    with pytest.raises(PackMissingError):
        disk.size(path)


def test_a_sweep_removes_what_no_lease_and_no_pack_holds(disk: LocalDisk, folder: Path) -> None:
    kept = put(disk, b"kept", "a" * 32)
    put(disk, b"orphan", "b" * 32)
    finishing = put(disk, b"being closed", "c" * 32)
    for token in ("d" * 32, "e" * 32):
        (folder / ".drafts").mkdir(exist_ok=True)
        (folder / ".drafts" / f"{token}.zip").write_bytes(b"half")
    (folder / "notes.txt").write_text("not ours")

    def wanted(entries: list[StoredEntry]) -> set[str]:
        held = {"c" * 32, "d" * 32}
        return {e.path for e in entries if e.token in held or e.path == kept}

    removed = sweep(disk, wanted)

    assert removed == 2
    assert files(folder) == sorted([f".drafts/{'d' * 32}.zip", kept, finishing, "notes.txt"])


def test_what_is_begun_after_the_listing_is_not_swept(disk: LocalDisk, folder: Path) -> None:
    put(disk, b"old", "a" * 32)

    def begin_another(entries: list[StoredEntry]) -> set[str]:
        put(disk, b"new", "b" * 32)
        return set()

    sweep(disk, begin_another)

    assert files(folder) == [f"{NAME}.{'b' * 32}.zip"]


def test_disks_go_by_name_and_an_unknown_one_is_a_missing_file(disk: LocalDisk) -> None:
    disks = Disks(disk)

    assert disks.default == "local"
    assert disks.named("local") is disk
    for name in ("s3", "", None):
        with pytest.raises(PackMissingError):
            disks.named(name)


LARGE = 3 * CHUNK + 1_000


@pytest.fixture(scope="module")
def large_content() -> bytes:
    return os.urandom(LARGE)


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, None), (0, 1), (CHUNK - 1, 2), (CHUNK, CHUNK), (LARGE - 1, None), (LARGE, 5), (7, 10**9)],
)
@pytest.mark.parametrize("is_large", [False, True])
def test_any_range_of_an_unaltered_file_is_handed_out(
    disk: LocalDisk,
    folder: Path,
    large_content: bytes,
    start: int,
    length: int | None,
    is_large: bool,
) -> None:
    content = large_content if is_large else large_content[:CHUNK]
    path = put(disk, content)
    facts = measure(folder / path, lambda: None)

    found = read(open_verified(disk, path, facts, start, length))

    end = None if length is None else start + length
    assert found == content[start:end]


def test_a_small_altered_file_is_refused_before_its_first_byte(
    disk: LocalDisk, folder: Path
) -> None:
    path = put(disk, b"content")
    facts = measure(folder / path, lambda: None)
    (folder / path).write_bytes(b"c0ntent")

    with pytest.raises(PackAlteredError):
        open_verified(disk, path, facts, 0, 1)


def test_no_altered_byte_of_a_large_file_is_handed_out(
    disk: LocalDisk, folder: Path, large_content: bytes
) -> None:
    path = put(disk, large_content)
    facts = measure(folder / path, lambda: None)
    with (folder / path).open("r+b") as file:
        file.seek(CHUNK + 5)
        file.write(bytes([large_content[CHUNK + 5] ^ 1]))

    handed_out = b""
    with pytest.raises(PackAlteredError):
        for piece in open_verified(disk, path, facts):
            handed_out += piece

    assert handed_out == large_content[:CHUNK]
    assert read(open_verified(disk, path, facts, 2 * CHUNK)) == large_content[2 * CHUNK :]
    with pytest.raises(PackAlteredError):
        list(verify_stored(disk, path, facts))


@pytest.mark.parametrize("change", [-1, 1])
def test_a_file_of_another_size_is_refused_at_once(
    disk: LocalDisk, folder: Path, large_content: bytes, change: int
) -> None:
    path = put(disk, large_content)
    facts = measure(folder / path, lambda: None)
    os.truncate(folder / path, LARGE + change)

    with pytest.raises(PackAlteredError):
        open_verified(disk, path, facts)


def test_a_deleted_file_is_missing(disk: LocalDisk, folder: Path) -> None:
    path = put(disk, b"content")
    facts = measure(folder / path, lambda: None)
    (folder / path).unlink()

    with pytest.raises(PackMissingError):
        open_verified(disk, path, facts)
    with pytest.raises(PackMissingError):
        next(verify_stored(disk, path, facts))


def test_an_unaltered_file_verifies_to_its_last_byte(
    disk: LocalDisk, folder: Path, large_content: bytes
) -> None:
    path = put(disk, large_content)
    facts = measure(folder / path, lambda: None)

    assert list(verify_stored(disk, path, facts))[-1] == LARGE
