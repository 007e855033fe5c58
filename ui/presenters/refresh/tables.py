"""Who watches, how reads are shared, and what ticks did, each as a table."""

from typing import Any

from policy.decision import Reason
from services.metrics import KINDS, REASONS, SURFACES
from services.refresh_history.history import RefreshSnapshot
from services.refresh_history.span import Span, answers, bytes_per_tick, sharing_ratio
from ui.presenters.locale import Locale
from ui.presenters.quantity import share
from ui.presenters.records import Cell, row, table
from ui.presenters.refresh.amounts import NOTHING, amount, ratio, volume
from ui.presenters.refresh.terms import kind_name, reason_name, surface_name

_ALWAYS = (Reason.LIVE, Reason.HIDDEN, Reason.DIALOG, Reason.DISCONNECTED, Reason.TERMINAL)


def pages_table(snapshot: RefreshSnapshot, locale: Locale) -> dict[str, Any]:
    """What is open now: surfaces down, the reasons on their badges across."""
    latest = snapshot.latest
    found = latest.level_by("stillwatch_pages", "reason") if latest else {}
    reasons = [*_ALWAYS, *(r for r in REASONS if r in found and r not in _ALWAYS)]
    columns = [locale.say("Part of a page"), *(reason_name(r, locale) for r in reasons)]
    rows = [
        row(place, [_cell(surface_name(surface, locale)), *_open(latest, surface, reasons, locale)])
        for place, surface in enumerate(SURFACES)
        if latest is not None
    ]
    return _numbers(
        table(
            locale.say("Pages open by surface and reason"),
            [*columns, locale.say("In all")],
            rows,
            testid="refresh-pages",
            row_testid="refresh-surface",
            empty=locale.say("Nothing is counted yet."),
            note=locale.say("A page of two live parts, such as a tenant's, is counted as two."),
        )
    )


def sharing_table(snapshot: RefreshSnapshot, locale: Locale) -> dict[str, Any]:
    """Reads against answers in the last hour, by what was read."""
    hour = snapshot.hour
    rows = (
        []
        if hour is None
        else [
            row(place, _shared(hour, kind, locale))
            for place, kind in enumerate(KINDS)
            if answers(hour, kind=kind)
        ]
    )
    return _numbers(
        table(
            locale.say("Reads against answers"),
            [
                locale.say("What was read"),
                locale.say("Answers"),
                locale.say("Statements"),
                locale.say("Answers a statement"),
                locale.say("From another's read"),
            ],
            rows,
            testid="refresh-sharing",
            row_testid="refresh-kind",
            empty=locale.say("Nothing has been read in the last hour."),
        )
    )


def ticks_table(snapshot: RefreshSnapshot, locale: Locale) -> dict[str, Any]:
    """What the ticks of the last hour did, and why others did nothing."""
    hour = snapshot.hour
    rows = (
        []
        if hour is None
        else [
            row(place, _ticked(hour, surface, locale))
            for place, surface in enumerate(SURFACES)
            if _has_ticked(hour, surface)
        ]
    )
    return _numbers(
        table(
            locale.say("Refreshes"),
            [
                locale.say("Part of a page"),
                locale.say("Refreshes"),
                locale.say("Changed the page"),
                locale.say("Sent"),
                locale.say("Sent for a refresh"),
                locale.say("Skipped"),
            ],
            rows,
            testid="refresh-ticks",
            row_testid="refresh-surface",
            empty=locale.say("Nothing was to be refreshed in the last hour."),
        )
    )


def _open(latest: Span, surface: str, reasons: list[str], locale: Locale) -> list[Cell]:
    counts = [latest.level("stillwatch_pages", surface=surface, reason=r) for r in reasons]
    return [*(_count(count, locale) for count in counts), _cell(amount(sum(counts), locale))]


def _shared(hour: Span, kind: str, locale: Locale) -> list[Cell]:
    asked = answers(hour, kind=kind)
    shared = hour.total("stillwatch_snapshot_shared_total", kind=kind)
    return [
        _cell(kind_name(kind, locale)),
        _cell(amount(asked, locale)),
        _cell(amount(asked - shared, locale)),
        _cell(ratio(sharing_ratio(hour, kind=kind), locale)),
        _cell(share(round(shared), round(asked), locale)),
    ]


def _ticked(hour: Span, surface: str, locale: Locale) -> list[Cell]:
    sent = hour.total("stillwatch_refresh_bytes_total", surface=surface)
    return [
        _cell(surface_name(surface, locale)),
        _cell(amount(hour.total("stillwatch_poll_ticks_total", surface=surface), locale)),
        _count(hour.total("stillwatch_ui_updates_total", surface=surface), locale),
        _cell(volume(sent, locale)),
        _cell(volume(bytes_per_tick(hour, surface=surface), locale)),
        _skipped(hour, surface, locale),
    ]


def _skipped(hour: Span, surface: str, locale: Locale) -> Cell:
    by_reason = {
        reason: hour.total("stillwatch_poll_skipped_total", surface=surface, reason=reason)
        for reason in REASONS
    }
    pairs = [
        (reason_name(reason, locale), amount(count, locale))
        for reason, count in by_reason.items()
        if count
    ]
    return {"text": "", "pairs": pairs} if pairs else {"text": NOTHING, "none": True}


def _count(count: float, locale: Locale) -> Cell:
    """A number, or a dash that a phone leaves out."""
    return {"text": amount(count, locale)} if count else {"text": NOTHING, "none": True}


def _has_ticked(hour: Span, surface: str) -> bool:
    return bool(
        hour.total("stillwatch_poll_ticks_total", surface=surface)
        or hour.total("stillwatch_poll_skipped_total", surface=surface)
    )


def _numbers(view: dict[str, Any]) -> dict[str, Any]:
    return {**view, "numbers": True}


def _cell(text: str) -> Cell:
    """Nothing but its text: these are sent every ten seconds."""
    return {"text": text}
