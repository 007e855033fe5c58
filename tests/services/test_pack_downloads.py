"""Downloads over real HTTP: who gets the file, which bytes of it, and what is said otherwise."""

import asyncio
import hashlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from api import downloads
from models import AuditEntry, Role
from models.columns import from_now
from services.auth import Viewer
from services.database import Database
from services.packs.storage.checksums import CHUNK, measure
from services.packs.storage.disks import Disks, local_disk
from services.packs.storage.local_disk import LocalDisk
from tests.services.pack_office import OPTIONS, Office
from tests.services.packs import World
from tests.waiting import wait_until

TOKEN = "0123456789abcdef0123456789abcdef"
CONTENT = bytes(range(256)) * 40
LARGE = os.urandom(2 * CHUNK + CHUNK // 2 + 7)
LATER = from_now(timedelta(hours=1))


class Door:
    """Stands where the guard does, and lets in whoever the request names."""

    def __init__(self, app: ASGIApp, people: dict[str, Viewer]) -> None:
        self._app = app
        self._people = people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = dict(scope["headers"]).get(b"x-person", b"admin").decode()
        scope.setdefault("state", {})["viewer"] = self._people[name]
        await self._app(scope, receive, send)


class Fading(LocalDisk):
    """A disk on which something happens before each read."""

    before_read: Callable[[], None] = staticmethod(lambda: None)

    def open_range(self, path: str, start: int, length: int) -> Iterator[bytes]:
        self.before_read()
        return super().open_range(path, start, length)


class Shop:
    """A console that hands out packs, on a port of its own."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.folder = folder
        self.fading = Fading(folder / "packs", "packs/")
        self.disks = Disks(local_disk(folder), {"fading": self.fading})
        workspace_id, _ = office.other_workspace()
        self.people = {
            "admin": office.admin(),
            "owner": office.viewer(Role.OWNER),
            "operator": office.viewer(Role.OPERATOR),
            "auditor": office.viewer(Role.AUDITOR),
            "viewer": office.viewer(Role.TENANT_VIEWER, office.world.tenant_id),
            "neighbour": office.viewer(Role.TENANT_ADMIN, office.world.other_tenant_id),
            "outsider": office.viewer(Role.OPERATOR, workspace_id=workspace_id),
        }
        app = FastAPI()
        app.include_router(downloads.routes(office.database, self.disks))
        self._server = uvicorn.Server(
            uvicorn.Config(Door(app, self.people), http="h11", log_level="critical", lifespan="off")
        )
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = self._socket.getsockname()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.serve([self._socket]))
        )
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{self.address[1]}", trust_env=False, timeout=30
        )

    def start(self) -> None:
        self._thread.start()
        wait_until(lambda: self._server.started)

    def stop(self) -> None:
        self.http.close()
        self._server.should_exit = True
        self._thread.join()

    def keep(self, content: bytes = CONTENT, **values: Any) -> int:
        """A ready pack with a file on the disk."""
        with self.disks.draft(TOKEN) as draft:
            draft.write_bytes(content)
            facts = measure(draft, lambda: None)
            path = self.disks.named("local").put(TOKEN, "contoso/review-pack-1", draft)
        row = {
            "status": "ready",
            "options": OPTIONS.as_json(),
            "file_disk": "local",
            "file_path": path,
            "file_size": facts.size,
            "sha256": facts.sha256,
            "expires_at": LATER,
            "summary": {"chunks": facts.as_json()},
        }
        return self.office.add_pack(**(row | values))

    def file(self, pack_id: int) -> Path:
        return self.folder / (self.office.pack(pack_id).file_path or "")

    def get(self, pack_id: object, person: str = "admin", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.get(
            f"/review-packs/{pack_id}/download", headers={"X-Person": person, **named}
        )

    def lines(self, pack_id: int) -> list[tuple[str, Any]]:
        return [(entry.action, entry.details) for entry in self.office.trail(pack_id)]

    def entry(self, pack_id: int) -> AuditEntry:
        (entry,) = self.office.trail(pack_id)
        return entry


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(Office(World(database)), tmp_path)
    shop.start()
    yield shop
    shop.stop()


@pytest.mark.parametrize("person", ["admin", "owner", "operator", "auditor"])
def test_who_may_gets_the_file_and_a_line_tells_of_it(shop: Shop, person: str) -> None:
    pack_id = shop.keep()

    answer = shop.get(pack_id, person)

    assert (answer.status_code, answer.content) == (200, CONTENT)
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    assert answer.headers["x-content-sha256"] == sha256
    assert answer.headers["etag"] == f'"{sha256}"'
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="contoso-review-pack-{pack_id}-2026-11-01-2026-12-01.zip"'
    )
    entry = shop.entry(pack_id)
    assert (entry.action, entry.details) == ("pack.downloaded", {})
    assert entry.actor_user_id == shop.people[person].user_id
    assert entry.workspace_id == shop.office.world.workspace_id


def test_a_large_file_comes_whole(shop: Shop) -> None:
    answer = shop.get(shop.keep(LARGE))

    assert (answer.status_code, answer.content) == (200, LARGE)


@pytest.mark.parametrize("content", [CONTENT, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("asked", [(0, 0), (5, 999), (3, None), (None, 7)])
def test_a_part_comes_with_its_place_and_its_line(
    shop: Shop, content: bytes, asked: tuple[int | None, int | None]
) -> None:
    pack_id = shop.keep(content)
    first, last = asked
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"

    answer = shop.get(pack_id, Range=header)

    size = len(content)
    start = size - (last or 0) if first is None else first
    end = size if first is None or last is None else last + 1
    assert (answer.status_code, answer.content) == (206, content[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    assert answer.headers["content-length"] == str(end - start)
    assert shop.lines(pack_id) == [("pack.downloaded", {"first_byte": start, "last_byte": end - 1})]


def test_a_part_across_the_border_of_chunks_is_right(shop: Shop) -> None:
    pack_id = shop.keep(LARGE)

    answer = shop.get(pack_id, Range=f"bytes={CHUNK - 10}-{2 * CHUNK + 10}")

    assert answer.content == LARGE[CHUNK - 10 : 2 * CHUNK + 11]


def test_a_part_beyond_the_end_is_refused_with_the_size(shop: Shop) -> None:
    pack_id = shop.keep()

    answer = shop.get(pack_id, Range=f"bytes={len(CONTENT)}-")

    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"
    assert shop.lines(pack_id) == []


def test_a_download_goes_on_only_with_the_file_it_began_with(shop: Shop) -> None:
    pack_id = shop.keep()
    etag = shop.get(pack_id).headers["etag"]

    same = shop.get(pack_id, Range="bytes=5-9", If_Range=etag)
    other = shop.get(pack_id, Range="bytes=5-9", If_Range='"another"')

    assert (same.status_code, same.content) == (206, CONTENT[5:10])
    assert (other.status_code, other.content) == (200, CONTENT)


def test_a_head_tells_what_there_is_without_any_of_it(shop: Shop) -> None:
    pack_id = shop.keep()
    path = f"/review-packs/{pack_id}/download"

    answer = shop.http.head(path, headers={"Range": "bytes=0-4"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["x-content-sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert shop.lines(pack_id) == []
    assert shop.http.head(path, headers={"X-Person": "outsider"}).status_code == 404
    assert shop.http.head(path, headers={"X-Person": "viewer"}).status_code == 403


@pytest.mark.parametrize("person", ["outsider", "neighbour"])
def test_a_hidden_pack_looks_exactly_like_a_missing_one(shop: Shop, person: str) -> None:
    pack_id = shop.keep()

    answers = [
        shop.get(asked, person)
        for asked in (pack_id, pack_id + 1, 0, "9" * 19, "9" * 40, "abc", "-1", "1e3", "%00", "１")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert len({str(sorted(answer.headers.items())[:3]) for answer in answers}) == 1
    assert "There is nothing here." in answers[0].text
    assert shop.lines(pack_id) == []


def test_who_sees_the_pack_but_may_not_have_it_is_refused(shop: Shop) -> None:
    pack_id = shop.keep()

    answer = shop.get(pack_id, "viewer")

    assert answer.status_code == 403
    assert "You may not download this." in answer.text
    assert CONTENT not in answer.content
    assert shop.lines(pack_id) == []


@pytest.mark.parametrize(
    "values",
    [
        {"expires_at": from_now(timedelta(0))},
        {"expires_at": from_now(timedelta(days=-1))},
        {"status": "expired"},
    ],
)
def test_an_expired_pack_is_gone_while_its_file_is_still_there(
    shop: Shop, values: dict[str, Any]
) -> None:
    pack_id = shop.keep(**values)

    answer = shop.get(pack_id)

    assert answer.status_code == 410
    assert "This review pack has expired." in answer.text
    assert '"/tenants/contoso"' in answer.text
    assert shop.file(pack_id).exists()
    assert shop.get(pack_id, "viewer").status_code == 403
    assert shop.get(pack_id, "outsider").status_code == 404


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("queued", "still being made"),
        ("generating", "still being made"),
        ("failed", "could not be made"),
        ("READY", "could not be made"),
    ],
)
def test_a_pack_that_is_not_ready_says_so(shop: Shop, status: str, told: str) -> None:
    answer = shop.get(shop.keep(status=status))

    assert answer.status_code == 409
    assert told in answer.text


def test_a_missing_file_is_a_clear_error_and_a_line(shop: Shop) -> None:
    pack_id = shop.keep()
    shop.file(pack_id).unlink()

    answer = shop.get(pack_id)

    assert answer.status_code == 500
    assert "The file of this review pack is missing." in answer.text
    assert shop.lines(pack_id) == [("pack.download_failed", {"reason": "file_missing"})]
    assert shop.entry(pack_id).actor_user_id == shop.people["admin"].user_id


def test_a_file_that_goes_as_the_pack_expires_is_no_alarm(shop: Shop) -> None:
    pack_id = shop.keep(file_disk="fading")

    def expire() -> None:
        shop.office.set_pack(pack_id, status="expired")
        shop.file(pack_id).unlink()

    shop.fading.before_read = expire

    answer = shop.get(pack_id)

    assert answer.status_code == 410
    assert "This review pack has expired." in answer.text
    assert shop.lines(pack_id) == []


def test_a_file_that_goes_in_mid_stream_as_the_pack_expires_is_no_alarm(shop: Shop) -> None:
    pack_id = shop.keep(LARGE, file_disk="fading")
    reads: list[int] = []

    def expire_at_the_second() -> None:
        reads.append(1)
        if len(reads) == 2:
            shop.office.set_pack(pack_id, expires_at=from_now(timedelta(0)))
            shop.file(pack_id).unlink()

    shop.fading.before_read = expire_at_the_second

    with pytest.raises(httpx.RemoteProtocolError):
        shop.get(pack_id)

    assert shop.lines(pack_id) == [("pack.downloaded", {})]


def test_a_disk_that_is_away_holds_up_no_stop_of_the_server(shop: Shop) -> None:
    waiting: list[bool] = []
    shop.fading.before_read = lambda: waiting.append(threading.current_thread().daemon)

    shop.get(shop.keep(file_disk="fading"))

    assert waiting == [True]


def altered(path: Path, place: int) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)
        file.seek(place)
        file.write(bytes([byte[0] ^ 1]))


@pytest.mark.parametrize("header", ["bytes=0-4", "bytes=-4", "none"])
def test_of_a_small_file_that_was_altered_not_a_byte_leaves(shop: Shop, header: str) -> None:
    pack_id = shop.keep()
    altered(shop.file(pack_id), 5_000)

    answer = shop.get(pack_id, Range=header)

    assert answer.status_code == 500
    assert "The file of this review pack was altered." in answer.text
    assert shop.lines(pack_id) == [("pack.download_failed", {"reason": "file_altered"})]


@pytest.mark.parametrize("content", [CONTENT, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("change", [-1, 1])
def test_a_file_of_another_size_is_altered(shop: Shop, content: bytes, change: int) -> None:
    pack_id = shop.keep(content)
    os.truncate(shop.file(pack_id), len(content) + change)

    assert shop.get(pack_id).status_code == 500
    assert shop.lines(pack_id) == [("pack.download_failed", {"reason": "file_altered"})]


def test_of_a_large_file_nothing_leaves_from_where_it_was_altered(shop: Shop) -> None:
    pack_id = shop.keep(LARGE)
    altered(shop.file(pack_id), CHUNK + 1)
    received = bytearray()

    with (
        pytest.raises(httpx.RemoteProtocolError),
        shop.http.stream("GET", f"/review-packs/{pack_id}/download") as answer,
    ):
        assert answer.status_code == 200
        for piece in answer.iter_bytes():
            received += piece

    assert bytes(received) == LARGE[:CHUNK]
    assert [action for action, _ in shop.lines(pack_id)] == [
        "pack.downloaded",
        "pack.download_failed",
    ]
    assert shop.get(pack_id, Range=f"bytes={2 * CHUNK}-").content == LARGE[2 * CHUNK :]


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "packs/../secret.0123456789abcdef.zip",
        "secret.0123456789abcdef.zip",
        "packs/link.0123456789abcdef.zip",
        "packs/folder/secret.0123456789abcdef.zip",
        "",
        None,
    ],
)
def test_whatever_stands_in_the_row_nothing_outside_is_handed_out(
    shop: Shop, path: str | None
) -> None:
    secret = shop.folder / "secret.0123456789abcdef.zip"
    pack_id = shop.keep(file_path=path)
    secret.write_bytes(CONTENT)  # the very bytes that the checksum would let pass
    (shop.folder / "packs" / "link.0123456789abcdef.zip").symlink_to(secret)
    (shop.folder / "packs" / "folder").symlink_to(shop.folder)

    answer = shop.get(pack_id)

    assert answer.status_code == 500
    assert "The file of this review pack is missing." in answer.text
    assert CONTENT not in answer.content
    assert shop.lines(pack_id) == [("pack.download_failed", {"reason": "file_missing"})]


@pytest.mark.parametrize(
    "values",
    [
        {"sha256": None},
        {"sha256": "line\r\nX-Evil: 1"},
        {"file_size": None},
        {"summary": {}},
        {"summary": "nonsense"},
        {"summary": {"chunks": {"size": 4, "sha256": []}}},
    ],
)
def test_without_stored_checksums_nothing_is_handed_out(shop: Shop, values: dict[str, Any]) -> None:
    pack_id = shop.keep(**values)

    answer = shop.get(pack_id)

    assert answer.status_code == 500
    assert shop.lines(pack_id) == [("pack.download_failed", {"reason": "file_altered"})]


def test_a_disk_that_is_not_there_any_more_is_a_missing_file(shop: Shop) -> None:
    pack_id = shop.keep(file_disk="tape")

    assert shop.get(pack_id).status_code == 500
    assert shop.lines(pack_id) == [("pack.download_failed", {"reason": "file_missing"})]


def test_a_pack_whose_options_are_unreadable_still_has_a_name(shop: Shop) -> None:
    pack_id = shop.keep(options={"from": 'x"\r\n', "to": None})

    disposition = shop.get(pack_id).headers["content-disposition"]

    assert disposition == f'attachment; filename="contoso-review-pack-{pack_id}.zip"'


def test_who_goes_away_leaves_no_file_open_and_keeps_nobody_waiting(shop: Shop) -> None:
    pack_id = shop.keep(LARGE)
    request = f"GET /review-packs/{pack_id}/download HTTP/1.1\r\nHost: here\r\n\r\n".encode()

    def open_files() -> list[str]:
        links = (os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd"))
        return [link for link in _existing(links) if str(shop.folder / "packs") in link]

    # More than there are threads, all of them still there with bytes to come.
    with ExitStack() as stack:
        for _ in range(40):
            client = stack.enter_context(closing(socket.create_connection(shop.address)))
            client.sendall(request)
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
        assert shop.get(pack_id).content == LARGE

    assert shop.get(pack_id).content == LARGE
    wait_until(lambda: open_files() == [])


def _existing(links: Iterator[str]) -> Iterator[str]:
    while True:
        try:
            yield next(links)
        except FileNotFoundError:
            continue
        except StopIteration:
            return
