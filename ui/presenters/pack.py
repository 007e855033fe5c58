"""A tenant's review packs as their card shows them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from policy.review_pack_polling import UxPackStatus
from policy.status import UxStatus
from policy.wording import said
from services.pack_card import CardSnapshot, Download, PackRun, PackSnapshot
from ui.presenters.failures import FailureGroup, failures_view
from ui.presenters.life import LifeView, run_life, run_place
from ui.presenters.locale import Locale
from ui.presenters.moment import (
    brief_time,
    date_time,
    in_utc,
    machine_time,
    seconds_between,
    short_date_time,
)
from ui.presenters.pack_making import MakingView, making_view
from ui.presenters.pack_terms import ChecksumView, digest, period_of, sections_of, size
from ui.presenters.words import SYSTEM, StatusWords, clipped

_ACTIVE = frozenset({UxPackStatus.QUEUED, UxPackStatus.GENERATING})

_WITH_A_FILE = frozenset({UxPackStatus.READY, UxPackStatus.EXPIRED})
_NO_PACK = StatusWords(said("No review pack yet"), "inventory_2", "quiet")
_WORDS = {
    UxPackStatus.QUEUED: StatusWords(said("Queued"), "schedule", "waiting"),
    UxPackStatus.GENERATING: StatusWords(said("Generating"), "autorenew", "active"),
    UxPackStatus.READY: StatusWords(said("Ready"), "check_circle", "good"),
    UxPackStatus.FAILED: StatusWords(said("Failed"), "error", "bad"),
    UxPackStatus.EXPIRED: StatusWords(said("Expired"), "timer_off", "quiet"),
    UxPackStatus.UNKNOWN: StatusWords(said("Unknown state"), "help", "mixed"),
}
_WHAT_IT_IS = said(
    "A review pack is the evidence of a period in one file: what ran and how it ended, what failed "
    "and recovered, who had access, and the audit trail. It comes as a report to read or print, as "
    "spreadsheets, and with checksums."
)
_FOR_READERS = said("When somebody generates one, it appears here.")
_GENERATE = {
    None: said("Generate review pack"),
    UxPackStatus.QUEUED: said("Try again"),
    UxPackStatus.GENERATING: said("Try again"),
    UxPackStatus.READY: said("Generate a new one"),
    UxPackStatus.FAILED: said("Try again"),
    UxPackStatus.EXPIRED: said("Generate again"),
    UxPackStatus.UNKNOWN: said("Generate a new one"),
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
    """A name and what it is: a `value`, then a time, each of which may be empty.

    `iso` is the time for machines; `title` is for the hover, or empty.
    """

    name: str
    value: str
    title: str
    at: str
    iso: str


class ExpiryView(TypedDict):
    """Seconds left when it was read, from where the browser counts down; and the time itself."""

    seconds: float
    at: str
    utc: str
    iso: str


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
    when_iso: str
    href: str


class DownloadView(TypedDict):
    """Who fetched the pack, and when."""

    who: str
    when: str
    when_utc: str
    when_iso: str


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


def pack_card(card: CardSnapshot, rights: PackRights, locale: Locale) -> PackCardView:
    """What there is to see of the packs at `card.now`, for whoever has these rights."""
    pack, now = card.pack, card.now
    status = None if pack is None else pack.ux_status(now)
    is_ready = status is UxPackStatus.READY
    may_see_downloads = rights.may_audit and status in _WITH_A_FILE
    return {
        "status": _status(status, locale),
        "text": _text(status, rights, locale),
        "life": None if pack is None else _life(pack.run, status, locale),
        "making": _making(pack, locale) if status is UxPackStatus.GENERATING else None,
        "failure": _failure(pack, locale) if status is UxPackStatus.FAILED else None,
        "note": "" if pack is None else _note(pack, status, locale),
        "facts": [] if pack is None else _facts(pack, status, locale),
        "digest": _digest(pack) if is_ready else None,
        "expiry": _expiry(pack, now, locale) if is_ready else None,
        "download": _href(pack) if is_ready and rights.may_download else "",
        "size": "" if pack is None else size(pack.file_size, locale),
        "generate": _generate(pack, now, locale) if rights.may_generate else "",
        "is_generate_first": not is_ready,
        "run": "" if pack is None or pack.run is None else str(pack.run.id),
        "earlier": [_earlier(one, now, rights, locale) for one in card.details.earlier],
        "downloads": [_download(one, now, locale) for one in card.details.downloads]
        if may_see_downloads
        else None,
    }


def pack_word(card: CardSnapshot, locale: Locale) -> str:
    """The status of the latest pack in a word."""
    return _status(None if card.pack is None else card.pack.ux_status(card.now), locale)["word"]


def _status(status: UxPackStatus | None, locale: Locale) -> PackStatusView:
    words = (_NO_PACK if status is None else _WORDS[status]).told(locale)
    value = "none" if status is None else status.value
    return {"value": value, "word": words.word, "icon": words.icon, "tone": words.tone}


def _text(status: UxPackStatus | None, rights: PackRights, locale: Locale) -> str:
    if status is None:
        what = locale.told(_WHAT_IT_IS)
        return what if rights.may_generate else f"{what} {locale.told(_FOR_READERS)}"
    if status is UxPackStatus.READY and not rights.may_download:
        return locale.say(
            "It can be downloaded by those who administer this tenant or audit the workspace."
        )
    if status is UxPackStatus.EXPIRED:
        return locale.say("Its time is over, so its file is no longer kept.")
    return ""


def _generate(pack: PackSnapshot | None, now: datetime, locale: Locale) -> str:
    if is_being_made(pack, now):
        return ""
    return locale.told(_GENERATE[None if pack is None else pack.ux_status(now)])


def _life(run: PackRun | None, status: UxPackStatus | None, locale: Locale) -> LifeView | None:
    if run is None or status not in _ACTIVE:
        return None
    life = run_life(run, locale)
    return run_place(run, locale) if life is None and run.ux_status is UxStatus.QUEUED else life


def _making(pack: PackSnapshot | None, locale: Locale) -> MakingView | None:
    if pack is None:
        return None
    counts = None if pack.run is None else pack.run.summary_counts
    return making_view(pack.summary, counts, locale)


def _failure(pack: PackSnapshot | None, locale: Locale) -> FailureGroup | None:
    """The first reason that its run gives."""
    run = None if pack is None else pack.run
    groups = [] if run is None else failures_view(run.failure_summary, locale)["groups"]
    if groups:
        return groups[0]
    message = locale.say("No reason was stored.")
    if run is not None and run.ux_status is UxStatus.CANCELLED:
        message = locale.say("Its run was cancelled.")
    return {"code": "", "message": message, "count": "", "sample": ""}


def _note(pack: PackSnapshot, status: UxPackStatus | None, locale: Locale) -> str:
    if status is UxPackStatus.UNKNOWN:
        stored = locale.say("nothing")
        if pack.status is not None:
            stored = locale.say("“{text}”", text=clipped(pack.status, 60))
        return locale.say("Stored as {status}, which is no state of a pack.", status=stored)
    if status not in _ACTIVE:
        return ""
    if pack.run is None:
        return locale.say("No run is making it.")
    if pack.run.has_ended:
        return locale.say("Its run has ended without closing it.")
    if pack.run.cancel_requested_at is not None:
        return locale.say("Cancelling: it stops as soon as its worker hears of it.")
    return ""


def _facts(pack: PackSnapshot, status: UxPackStatus | None, locale: Locale) -> list[PackFactView]:
    period, sections = period_of(pack.options, locale), sections_of(pack.options, locale)
    facts = [
        _fact(locale.say("Period"), period["text"], period["utc"]) if period else None,
        _fact(locale.say("Contents"), sections) if sections else None,
    ]
    who, asked, made = _person(pack.initiator_name, locale), pack.created_at, pack.generated_at
    if status in _WITH_A_FILE:
        facts += [_fact(locale.say("Requested by"), who)]
        facts += [_moment(locale.say("Generated"), made, locale) if made else None]
    elif asked is not None:
        facts += [_moment(locale.say("Requested by"), asked, locale, f"{who}, ")]
    else:
        facts += [_fact(locale.say("Requested by"), who)]
    if status is UxPackStatus.EXPIRED and pack.expires_at is not None:
        facts += [_moment(locale.say("Expired"), pack.expires_at, locale)]
    if status is UxPackStatus.READY and (text := size(pack.file_size, locale)):
        facts += [_fact(locale.say("Size"), text, _bytes(pack.file_size, locale))]
    return [fact for fact in facts if fact is not None]


def _fact(name: str, value: str, title: str = "") -> PackFactView:
    return {"name": name, "value": value, "title": title, "at": "", "iso": ""}


def _moment(name: str, at: datetime, locale: Locale, before: str = "") -> PackFactView:
    fact = _fact(name, before, in_utc(at))
    return {**fact, "at": date_time(at, locale), "iso": machine_time(at)}


def _bytes(count: int | None, locale: Locale) -> str:
    return locale.count("{count} byte", "{count} bytes", count or 0)


def _person(name: str | None, locale: Locale) -> str:
    return name or locale.told(SYSTEM)


def _digest(pack: PackSnapshot | None) -> ChecksumView | None:
    return None if pack is None else digest(pack.sha256)


def _expiry(pack: PackSnapshot | None, now: datetime, locale: Locale) -> ExpiryView | None:
    expires_at = None if pack is None else pack.expires_at
    left = seconds_between(now, expires_at)
    if left is None:
        return None
    return {
        "seconds": left,
        "at": date_time(expires_at, locale),
        "utc": in_utc(expires_at),
        "iso": machine_time(expires_at),
    }


def _href(pack: PackSnapshot | None) -> str:
    return "" if pack is None else f"/review-packs/{pack.id}/download"


def _earlier(pack: PackSnapshot, now: datetime, rights: PackRights, locale: Locale) -> EarlierView:
    status = pack.ux_status(now)
    period = period_of(pack.options, locale)
    when = pack.generated_at or pack.created_at
    is_offered = status is UxPackStatus.READY and rights.may_download
    return {
        "id": pack.id,
        "status": _status(status, locale),
        "period": period["text"] if period else "–",
        "period_title": period["utc"] if period else "",
        "size": size(pack.file_size, locale),
        "who": _person(pack.initiator_name, locale),
        "when": short_date_time(when, now, locale),
        "when_brief": brief_time(when, now, locale),
        "when_utc": in_utc(when),
        "when_iso": machine_time(when),
        "href": _href(pack) if is_offered else "",
    }


def _download(download: Download, now: datetime, locale: Locale) -> DownloadView:
    return {
        "who": _person(download.actor_name, locale),
        "when": short_date_time(download.at, now, locale),
        "when_utc": in_utc(download.at),
        "when_iso": machine_time(download.at),
    }
