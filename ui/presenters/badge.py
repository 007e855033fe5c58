"""The badge: what the page is doing about refreshing, and why, in words."""

from datetime import datetime
from typing import TypedDict

from policy.decision import Reason
from policy.wording import said
from ui.presenters.locale import Locale
from ui.presenters.moment import clock_time, hour_and_minute, in_utc


class BadgeView(TypedDict):
    """`interval` is in seconds, or empty; `reason` as the contract spells it.

    `utc` is the time in the text for the hover, or empty.
    """

    text: str
    utc: str
    reason: str
    interval: str
    tone: str


_TEXTS = {
    Reason.MISSING: said("Not found"),
    Reason.UNKNOWN: said("Unknown state · not refreshing"),
    Reason.NONE: said("Nothing to refresh"),
    Reason.EXPIRED: said("Expired"),
    # Before the first connection; of a lost one only the browser can tell, and it does.
    Reason.DISCONNECTED: said("Connecting"),
    Reason.HIDDEN: said("Paused · tab hidden"),
    Reason.DIALOG: said("Paused · dialog open"),
}
_TONES = {
    Reason.LIVE: "active",
    Reason.TERMINAL: "quiet",
    Reason.EXPIRED: "quiet",
    Reason.NONE: "quiet",
    Reason.MISSING: "quiet",
    Reason.UNKNOWN: "mixed",
}
# Only what would be refreshed can be stale; what ended or is gone says so instead.
_CAN_BE_STALE = frozenset({Reason.LIVE, Reason.HIDDEN, Reason.DIALOG})


def badge(
    reason: Reason,
    armed: float | None,
    *,
    finished_at: datetime | None,
    stale_since: datetime | None,
    locale: Locale,
) -> BadgeView:
    """What the badge shows for the delay that is really armed, in seconds."""
    # What may not be seen looks exactly like what does not exist.
    shown = Reason.MISSING if reason is Reason.UNAUTHORISED else reason
    interval = "" if armed is None else f"{armed:g}"
    tone = _TONES.get(shown, "waiting")
    at: datetime | None = None
    if stale_since is not None and shown in _CAN_BE_STALE:
        text, tone, at = _stale(stale_since, armed, locale), "mixed", stale_since
    elif shown is Reason.TERMINAL:
        text, at = _finished(finished_at, locale), finished_at
    elif shown is Reason.LIVE:
        text = (
            locale.say("Live · every {seconds} s", seconds=interval)
            if interval
            else locale.say("Live")
        )
    else:
        text = locale.told(_TEXTS[shown])
    return {
        "text": text,
        "utc": in_utc(at),
        "reason": shown.value,
        "interval": interval,
        "tone": tone,
    }


def _finished(at: datetime | None, locale: Locale) -> str:
    if at is None:
        return locale.say("Finished")
    return locale.say("Finished {time}", time=clock_time(at, locale))


def _stale(since: datetime, armed: float | None, locale: Locale) -> str:
    at = hour_and_minute(since, locale)
    if armed is None:
        return locale.say("Stale since {time} · paused", time=at)
    seconds = max(1, round(armed))
    return locale.say("Stale since {time} · next try in {seconds} s", time=at, seconds=seconds)
