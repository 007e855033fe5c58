"""The files of review packs, for people who are signed in: checked, in parts, and noted."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Send

from api.byte_ranges import UnsatisfiableRangeError, span_of
from api.notice_page import notice
from api.patient_threads import PatientThreads
from api.words import ReaderOf, Words, english
from policy.review_pack_polling import UxPackStatus
from services import kept_packs, pack_downloads
from services.auth import Viewer
from services.database import Database
from services.kept_packs import KeptPack
from services.operations import NotAllowedError
from services.pack_downloads import (
    PackExpiredError,
    PackNotFoundError,
    PackNotReadyError,
    Span,
)
from services.packs.storage.disk import PackAlteredError, PackMissingError, StorageError
from services.packs.storage.disks import Disks

T = TypeVar("T")

_PIECE = 1 << 20
_AT_ONCE = 8  # that are at a disk, which may be away
_LARGEST_ID = 2**63 - 1


def routes(database: Database, disks: Disks, reader_of: ReaderOf = english) -> APIRouter:
    """GET and HEAD /review-packs/{id}/download, behind the guard that puts the viewer there."""
    router = APIRouter(include_in_schema=False)
    counter = Counter(database, disks, reader_of)

    @router.api_route("/review-packs/{pack_id}/download", methods=["GET", "HEAD"])
    async def download(pack_id: str, request: Request) -> Response:
        return await counter.serve(request, _read_id(pack_id))

    return router


class Counter:
    """Where packs are handed out."""

    def __init__(self, database: Database, disks: Disks, reader_of: ReaderOf = english) -> None:
        self._database = database
        self._disks = disks
        self._reader_of = reader_of
        self._threads = PatientThreads(_AT_ONCE)

    async def serve(self, request: Request, pack_id: int | None) -> Response:
        """The answer to a request for a pack, whatever is to be said to it."""
        viewer: Viewer = request.state.viewer
        words = self._reader_of(request)
        try:
            pack = await self._database.read(
                partial(pack_downloads.find_for_download, viewer=viewer, pack_id=pack_id)
            )
        except PackNotFoundError:
            return notice(
                404,
                words.say("There is nothing here."),
                words.say("It does not exist, or it is not yours to see."),
                words,
            )
        except NotAllowedError:
            return notice(
                403,
                words.say("You may not download this."),
                words.say("You see this review pack, but its file is not for your role."),
                words,
            )
        except PackExpiredError as gone:
            return _expired(gone, words)
        except PackNotReadyError as early:
            text = _before_ready(early.pack, words)
            return notice(409, words.told(early), text, words, _to_tenant(early.pack, words))
        try:
            return await self._hand_out(request, viewer, pack, words)
        except StorageError as error:
            if await self.is_over(pack, error):
                return _expired(PackExpiredError(pack), words)
            await self.tell(viewer, pack, error)
            return _refusal(pack, error, words)

    async def _hand_out(
        self, request: Request, viewer: Viewer, pack: KeptPack, words: Words
    ) -> Response:
        facts = pack_downloads.require_facts(pack)
        etag = f'"{facts.sha256}"'
        is_head = request.method == "HEAD"
        asked = None if is_head else request.headers.get("range")
        try:
            span = span_of(asked, request.headers.get("if-range"), etag, facts.size)
        except UnsatisfiableRangeError:
            return notice(
                416,
                words.say("There is no such part."),
                words.say("The file has {count} bytes.", count=facts.size),
                words,
                _to_tenant(pack, words),
                {"Content-Range": f"bytes */{facts.size}"},
            )
        chunks = await self.off_loop(
            partial(pack_downloads.open_pack, self._disks, pack, Span(0, 0) if is_head else span)
        )
        headers = _headers(pack, etag, facts.sha256, span, facts.size)
        if is_head:
            return Response(headers=headers, media_type="application/zip")
        await self._database.write(
            partial(pack_downloads.record_download, viewer=viewer, pack=pack, span=span)
        )
        status = 206 if span.is_part else 200
        return _Stream(self, viewer, pack, chunks, status, headers)

    async def off_loop(self, work: Callable[[], T]) -> T:
        """Do what reads files, or a bucket, which must not occupy the database's threads."""
        return await self._threads.run(work)

    async def is_over(self, pack: KeptPack, error: StorageError) -> bool:
        """Whether the file is not what it was because the pack has expired meanwhile."""
        if not isinstance(error, PackMissingError | PackAlteredError):
            return False
        now = await self._database.read(partial(kept_packs.find_kept, pack_id=pack.id))
        return now is not None and now.status is UxPackStatus.EXPIRED

    async def tell(self, viewer: Viewer, pack: KeptPack, error: StorageError) -> None:
        """Leave a line of a file that could not be handed out."""
        await self._database.write(
            partial(pack_downloads.record_failure, viewer=viewer, pack=pack, reason=error.code)
        )


class _Stream(StreamingResponse):
    """Pieces of at most 1 MiB, each checked before it leaves.

    Between two of them no file is open and no thread is held, so that who goes away leaves
    nothing behind.
    """

    def __init__(
        self,
        counter: Counter,
        viewer: Viewer,
        pack: KeptPack,
        chunks: Iterator[bytes],
        status: int,
        headers: dict[str, str],
    ) -> None:
        super().__init__((), status, headers, "application/zip")
        self._counter = counter
        self._viewer = viewer
        self._pack = pack
        self._chunks = chunks

    async def stream_response(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        try:
            while chunk := await self._counter.off_loop(lambda: next(self._chunks, b"")):
                for begin in range(0, len(chunk), _PIECE):
                    piece = chunk[begin : begin + _PIECE]
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        except StorageError as error:
            # Less than was announced has left, and nothing more will: the server cuts the line.
            if not await self._counter.is_over(self._pack, error):
                await self._counter.tell(self._viewer, self._pack, error)
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _headers(pack: KeptPack, etag: str, sha256: str, span: Span, size: int) -> dict[str, str]:
    headers = {
        "Content-Length": str(span.length),
        "Content-Disposition": f'attachment; filename="{pack_downloads.file_name(pack)}"',
        "X-Content-SHA256": sha256,
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if span.is_part:
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{size}"
    return headers


def _refusal(pack: KeptPack, error: StorageError, words: Words) -> Response:
    if isinstance(error, PackMissingError):
        title = words.say("The file of this review pack is missing.")
    elif isinstance(error, PackAlteredError):
        title = words.say("The file of this review pack was altered.")
    else:
        return notice(
            503,
            words.say("The file cannot be had just now."),
            words.say("{problem} Try again later.", problem=words.told(error)),
            words,
            _to_tenant(pack, words),
        )
    text = words.say(
        "{problem} It is not handed out, and the audit trail says so. Tell whoever runs this "
        "console, and generate a new pack.",
        problem=words.told(error),
    )
    return notice(500, title, text, words, _to_tenant(pack, words))


def _expired(gone: PackExpiredError, words: Words) -> Response:
    text = words.say("Its file is not kept any more. Generate a new pack for the period you need.")
    return notice(410, words.told(gone), text, words, _to_tenant(gone.pack, words))


def _before_ready(pack: KeptPack, words: Words) -> str:
    if pack.status in {UxPackStatus.QUEUED, UxPackStatus.GENERATING}:
        return words.say("It is still being made. Its card tells when it can be downloaded.")
    return words.say("It could not be made, so there is no file. Its card tells why.")


def _to_tenant(pack: KeptPack, words: Words) -> tuple[str, str]:
    address = f"/tenants/{quote(pack.tenant_slug, safe='')}"
    return address, words.say("Go to the tenant's review packs")


def _read_id(text: str) -> int | None:
    if not re.fullmatch(r"[0-9]{1,19}", text):
        return None
    return number if 0 < (number := int(text)) <= _LARGEST_ID else None
