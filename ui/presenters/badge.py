"""The badge: what the page is doing about refreshing, and why, in words."""

from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from policy.decision import Reason
from ui.presenters.moment import clock_time, hour_and_minute


class BadgeView(TypedDict):
    """`interval` is in seconds, or empty; `reason` as the contract spells it."""

    text: str
    reason: str
    interval: str
    tone: str


_TEXTS = {
    Reason.MISSING: "Not found",
    Reason.UNKNOWN: "Unknown state · not refreshing",
    Reason.NONE: "Nothing to refresh",
    Reason.EXPIRED: "Expired",
    # Before the first connection; of a lost one only the browser can tell, and it does.
    Reason.DISCONNECTED: "Connecting",
    Reason.HIDDEN: "Paused · tab hidden",
    Reason.DIALOG: "Paused · dialog open",
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
    zone: ZoneInfo,
) -> BadgeView:
    """What the badge shows for the delay that is really armed, in seconds."""
    # What may not be seen looks exactly like what does not exist.
    shown = Reason.MISSING if reason is Reason.UNAUTHORISED else reason
    interval = "" if armed is None else f"{armed:g}"
    tone = _TONES.get(shown, "waiting")
    if stale_since is not None and shown in _CAN_BE_STALE:
        text, tone = _stale(stale_since, armed, zone), "mixed"
    elif shown is Reason.TERMINAL:
        text = f"Finished {clock_time(finished_at, zone)}" if finished_at else "Finished"
    elif shown is Reason.LIVE:
        text = f"Live · every {interval} s" if interval else "Live"
    else:
        text = _TEXTS[shown]
    return {"text": text, "reason": shown.value, "interval": interval, "tone": tone}


def _stale(since: datetime, armed: float | None, zone: ZoneInfo) -> str:
    next_step = "paused" if armed is None else f"next try in {max(1, round(armed))} s"
    return f"Stale since {hour_and_minute(since, zone)} · {next_step}"
