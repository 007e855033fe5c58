"""A tenant's review packs as their card shows them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from policy.review_pack_polling import UxPackStatus
from policy.status import UxStatus
from services.pack_card import CardSnapshot, Download, PackRun, PackSnapshot
from ui.presenters.failures import FailureGroup, failures_view
from ui.presenters.life import LifeView, run_life, run_place
from ui.presenters.moment import brief_time, date_time, in_utc, seconds_between, short_date_time
from ui.presenters.pack_making import MakingView, making_view
from ui.presenters.pack_terms import ChecksumView, digest, period_of, sections_of, size
from ui.presenters.words import SYSTEM, StatusWords, clipped

_ACTIVE = frozenset({UxPackStatus.QUEUED, UxPackStatus.GENERATING})

_WITH_A_FILE = frozenset({UxPackStatus.READY, UxPackStatus.EXPIRED})
_NO_PACK = StatusWords("No review pack yet", "inventory_2", "quiet")
_WORDS = {
    UxPackStatus.QUEUED: StatusWords("Queued", "schedule", "waiting"),
    UxPackStatus.GENERATING: StatusWords("Generating", "autorenew", "active"),
    UxPackStatus.READY: StatusWords("Ready", "check_circle", "good"),
    UxPackStatus.FAILED: StatusWords("Failed", "error", "bad"),
    UxPackStatus.EXPIRED: StatusWords("Expired", "timer_off", "quiet"),
    UxPackStatus.UNKNOWN: StatusWords("Unknown state", "help", "mixed"),
}
_WHAT_IT_IS = (
    "A review pack is the evidence of a period in one file: what ran and how it ended, what failed "
    "and recovered, who had access, and the audit trail. It comes as a report to read or print, as "
    "spreadsheets, and with checksums."
)
_FOR_READERS = "When somebody generates one, it appears here."
_GENERATE = {
    None: "Generate review pack",
    UxPackStatus.QUEUED: "Try again",
    UxPackStatus.GENERATING: "Try again",
    UxPackStatus.READY: "Generate a new one",
    UxPackStatus.FAILED: "Try again",
    UxPackStatus.EXPIRED: "Generate again",
    UxPackStatus.UNKNOWN: "Generate a new one",
}


@dataclass(frozen=True, slots=True)
class PackRights:
    """What the person looking may do with this tenant's packs."""

    may_generate: bool
    may_download: bool
    may_audit: bool


class PackStatusView(TypedDict):
    """A status by word, icon and tone; `value` is what scripts read."""

    value: str
    word: str
    icon: str
    tone: str


class PackFactView(TypedDict):
    """A name and what it is; `title` is for the hover, or empty."""

    name: str
    value: str
    title: str


class ExpiryView(TypedDict):
    """Seconds left when it was read, from where the browser counts down; and the time itself."""

    seconds: float
    at: str
    utc: str


class EarlierView(TypedDict):
    """A pack before the latest; an empty `href` offers no download."""

    id: int
    status: PackStatusView
    period: str
    period_title: str
    size: str
    who: str
    when: str
    when_brief: str
    when_utc: str
    href: str


class DownloadView(TypedDict):
    """Who fetched the pack, and when."""

    who: str
    when: str
    when_utc: str


class PackCardView(TypedDict):
    """The whole card. What is None, empty or an empty list is not shown."""

    status: PackStatusView
    text: str
    life: LifeView | None
    making: MakingView | None
    failure: FailureGroup | None
    note: str
    facts: list[PackFactView]
    digest: ChecksumView | None
    expiry: ExpiryView | None
    download: str
    size: str
    generate: str
    is_generate_first: bool
    run: str
    earlier: list[EarlierView]
    downloads: list[DownloadView] | None


def is_being_made(pack: PackSnapshot | None, now: datetime) -> bool:
    """Whether it is active, with a run that can still end it; another program may leave it behind.

    One that was left behind is no reason to wait: asking anew is what closes it.
    """
    if pack is None or pack.ux_status(now) not in _ACTIVE:
        return False
    return pack.run is not None and not pack.run.has_ended


def begins_again(pack: PackSnapshot | None, now: datetime) -> bool:
    """Whether asking anew is to try again what this pack has not become."""
    if pack is None or is_being_made(pack, now):
        return False
    return pack.ux_status(now) in _ACTIVE | {UxPackStatus.FAILED}


def pack_card(card: CardSnapshot, rights: PackRights, zone: ZoneInfo) -> PackCardView:
    """What there is to see of the packs at `card.now`, for whoever has these rights."""
    pack, now = card.pack, card.now
    status = None if pack is None else pack.ux_status(now)
    is_ready = status is UxPackStatus.READY
    may_see_downloads = rights.may_audit and status in _WITH_A_FILE
    return {
        "status": _status(status),
        "text": _text(status, rights),
        "life": None if pack is None else _life(pack.run, status, zone),
        "making": _making(pack) if status is UxPackStatus.GENERATING else None,
        "failure": _failure(pack) if status is UxPackStatus.FAILED else None,
        "note": "" if pack is None else _note(pack, status),
        "facts": [] if pack is None else _facts(pack, status, zone),
        "digest": _digest(pack) if is_ready else None,
        "expiry": _expiry(pack, now, zone) if is_ready else None,
        "download": _href(pack) if is_ready and rights.may_download else "",
        "size": "" if pack is None else size(pack.file_size),
        "generate": _generate(pack, now) if rights.may_generate else "",
        "is_generate_first": not is_ready,
        "run": "" if pack is None or pack.run is None else str(pack.run.id),
        "earlier": [_earlier(one, now, rights, zone) for one in card.details.earlier],
        "downloads": [_download(one, now, zone) for one in card.details.downloads]
        if may_see_downloads
        else None,
    }


def _status(status: UxPackStatus | None) -> PackStatusView:
    words = _NO_PACK if status is None else _WORDS[status]
    value = "none" if status is None else status.value
    return {"value": value, "word": words.word, "icon": words.icon, "tone": words.tone}


def _text(status: UxPackStatus | None, rights: PackRights) -> str:
    if status is None:
        return _WHAT_IT_IS if rights.may_generate else f"{_WHAT_IT_IS} {_FOR_READERS}"
    if status is UxPackStatus.READY and not rights.may_download:
        return "It can be downloaded by those who administer this tenant or audit the workspace."
    if status is UxPackStatus.EXPIRED:
        return "Its time is over, so its file is no longer kept."
    return ""


def _generate(pack: PackSnapshot | None, now: datetime) -> str:
    if is_being_made(pack, now):
        return ""
    return _GENERATE[None if pack is None else pack.ux_status(now)]


def _life(run: PackRun | None, status: UxPackStatus | None, zone: ZoneInfo) -> LifeView | None:
    if run is None or status not in _ACTIVE:
        return None
    life = run_life(run, zone)
    return run_place(run) if life is None and run.ux_status is UxStatus.QUEUED else life


def _making(pack: PackSnapshot | None) -> MakingView | None:
    if pack is None:
        return None
    return making_view(pack.summary, None if pack.run is None else pack.run.summary_counts)


def _failure(pack: PackSnapshot | None) -> FailureGroup | None:
    """The first reason that its run gives."""
    run = None if pack is None else pack.run
    groups = [] if run is None else failures_view(run.failure_summary)["groups"]
    if groups:
        return groups[0]
    message = "No reason was stored."
    if run is not None and run.ux_status is UxStatus.CANCELLED:
        message = "Its run was cancelled."
    return {"code": "", "message": message, "count": "", "sample": ""}


def _note(pack: PackSnapshot, status: UxPackStatus | None) -> str:
    if status is UxPackStatus.UNKNOWN:
        stored = "nothing" if pack.status is None else f"“{clipped(pack.status, 60)}”"
        return f"Stored as {stored}, which is no state of a pack."
    if status not in _ACTIVE:
        return ""
    if pack.run is None:
        return "No run is making it."
    if pack.run.has_ended:
        return "Its run has ended without closing it."
    if pack.run.cancel_requested_at is not None:
        return "Cancelling: it stops as soon as its worker hears of it."
    return ""


def _facts(pack: PackSnapshot, status: UxPackStatus | None, zone: ZoneInfo) -> list[PackFactView]:
    period, sections = period_of(pack.options, zone), sections_of(pack.options)
    facts = [
        _fact("Period", period["text"], period["utc"]) if period else None,
        _fact("Contents", sections) if sections else None,
    ]
    who, asked, made = pack.initiator_name or SYSTEM, pack.created_at, pack.generated_at
    if status in _WITH_A_FILE:
        facts += [_fact("Requested by", who)]
        facts += [_fact("Generated", date_time(made, zone), in_utc(made)) if made else None]
    elif asked is not None:
        facts += [_fact("Requested by", f"{who}, {date_time(asked, zone)}", in_utc(asked))]
    else:
        facts += [_fact("Requested by", who)]
    if status is UxPackStatus.EXPIRED and pack.expires_at is not None:
        facts += [_fact("Expired", date_time(pack.expires_at, zone), in_utc(pack.expires_at))]
    if status is UxPackStatus.READY and size(pack.file_size):
        facts += [_fact("Size", size(pack.file_size), f"{pack.file_size:,} bytes")]
    return [fact for fact in facts if fact is not None]


def _fact(name: str, value: str, title: str = "") -> PackFactView:
    return {"name": name, "value": value, "title": title}


def _digest(pack: PackSnapshot | None) -> ChecksumView | None:
    return None if pack is None else digest(pack.sha256)


def _expiry(pack: PackSnapshot | None, now: datetime, zone: ZoneInfo) -> ExpiryView | None:
    expires_at = None if pack is None else pack.expires_at
    left = seconds_between(now, expires_at)
    if left is None:
        return None
    return {"seconds": left, "at": date_time(expires_at, zone), "utc": in_utc(expires_at)}


def _href(pack: PackSnapshot | None) -> str:
    return "" if pack is None else f"/review-packs/{pack.id}/download"


def _earlier(pack: PackSnapshot, now: datetime, rights: PackRights, zone: ZoneInfo) -> EarlierView:
    status = pack.ux_status(now)
    period = period_of(pack.options, zone)
    when = pack.generated_at or pack.created_at
    is_offered = status is UxPackStatus.READY and rights.may_download
    return {
        "id": pack.id,
        "status": _status(status),
        "period": period["text"] if period else "–",
        "period_title": period["utc"] if period else "",
        "size": size(pack.file_size),
        "who": pack.initiator_name or SYSTEM,
        "when": short_date_time(when, now, zone),
        "when_brief": brief_time(when, now, zone),
        "when_utc": in_utc(when),
        "href": _href(pack) if is_offered else "",
    }


def _download(download: Download, now: datetime, zone: ZoneInfo) -> DownloadView:
    return {
        "who": download.actor_name or SYSTEM,
        "when": short_date_time(download.at, now, zone),
        "when_utc": in_utc(download.at),
    }
