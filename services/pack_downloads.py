"""Handing out a kept pack: who may have it, what is handed out, and the lines that tell of it."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from policy.access import Action
from policy.review_pack_polling import UxPackStatus
from policy.wording import said
from services import audit, kept_packs
from services.auth import Viewer
from services.kept_packs import KeptPack
from services.operations import NotAllowedError
from services.pack_making import file_word
from services.packs.storage.checksums import FileFacts
from services.packs.storage.disk import PackAlteredError
from services.packs.storage.disks import Disks
from services.packs.storage.verified_reading import open_verified

_SHA256 = re.compile(r"[0-9a-f]{64}")
_log = logging.getLogger("stillwatch.downloads")


class PackNotFoundError(Exception):
    """There is no such pack, or none that the asking person may see."""

    def __init__(self) -> None:
        super().__init__(said("This review pack does not exist."))


class PackNotReadyError(Exception):
    """There is nothing to hand out, and there will be none from this pack unless it is active."""

    def __init__(self, pack: KeptPack) -> None:
        super().__init__(said("This review pack is not ready."))
        self.pack = pack


class PackExpiredError(Exception):
    """The pack is past its time, whether its file is still there or not."""

    def __init__(self, pack: KeptPack) -> None:
        super().__init__(said("This review pack has expired."))
        self.pack = pack


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `start` to before `end`; `is_part` when they were asked for as a part."""

    start: int
    end: int
    is_part: bool = False

    @property
    def length(self) -> int:
        return self.end - self.start


def find_for_download(session: Session, viewer: Viewer, pack_id: int | None) -> KeptPack:
    """The pack, with the person's rights as they are now.

    Raises `PackNotFoundError`, `NotAllowedError`, `PackExpiredError` or `PackNotReadyError`.
    """
    pack = None if pack_id is None else kept_packs.find_kept(session, pack_id)
    if pack is None or not viewer.may_in(pack.workspace_id, Action.SEE, pack.tenant_id):
        raise PackNotFoundError
    if not viewer.may_in(pack.workspace_id, Action.DOWNLOAD_PACK, pack.tenant_id):
        raise NotAllowedError
    if pack.status is UxPackStatus.EXPIRED:
        raise PackExpiredError(pack)
    if pack.status is not UxPackStatus.READY:
        raise PackNotReadyError(pack)
    return pack


def require_facts(pack: KeptPack) -> FileFacts:
    """What the file must be. Raises `PackAlteredError` when that is not stored any more."""
    # A header carries the checksum, and other programs may have written anything there.
    if pack.facts is None or not _SHA256.fullmatch(pack.facts.sha256):
        raise PackAlteredError(said("What the pack's file must be is not stored with it any more."))
    return pack.facts


def open_pack(disks: Disks, pack: KeptPack, span: Span) -> Iterator[bytes]:
    """Those bytes of the file, of which none is handed out that was altered.

    Raises `StorageError` at once where it can, and else on the way.
    """
    facts = require_facts(pack)
    return open_verified(disks.named(pack.disk), pack.path, facts, span.start, span.length)


def record_download(session: Session, viewer: Viewer, pack: KeptPack, span: Span) -> None:
    """Before the first byte: a line too many is better than a download without one."""
    part = {"first_byte": span.start, "last_byte": span.end - 1} if span.is_part else {}
    _record(session, "pack.downloaded", viewer, pack, part)


def record_failure(session: Session, viewer: Viewer, pack: KeptPack, reason: str) -> None:
    """The file is not what it must be, or cannot be had; whoever asked was told so."""
    _log.error("review pack %s cannot be handed out: %s", pack.id, reason)
    _record(session, "pack.download_failed", viewer, pack, {"reason": reason})


def file_name(pack: KeptPack) -> str:
    """`contoso-review-pack-7-2026-10-01-2026-11-01.zip`, the period as far as it is known."""
    options = pack.options if isinstance(pack.options, dict) else {}
    days = [_day(options.get(name)) for name in ("from", "to")]
    period = f"-{days[0]}-{days[1]}" if all(days) else ""
    return f"{file_word(pack.tenant_slug)}-review-pack-{pack.id}{period}.zip"


def _record(
    session: Session, action: str, viewer: Viewer, pack: KeptPack, details: dict[str, Any]
) -> None:
    audit.record(
        session,
        action,
        "review_pack",
        pack.id,
        workspace_id=pack.workspace_id,
        actor_user_id=viewer.user_id,
        details=details,
    )


def _day(text: Any) -> str:
    try:
        return datetime.fromisoformat(text).date().isoformat()
    except (TypeError, ValueError):
        return ""
