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
    Reason.DISCONNECTED: "Connecting",
    Reason.HIDDEN: "Paused · tab hidden",
    Reason.DIALOG: "Paused · dialog open",
}
_TONES = {Reason.LIVE: "active", Reason.TERMINAL: "quiet"}


def badge(
    reason: Reason,
    armed: float | None,
    *,
    finished_at: datetime | None,
    stale_since: datetime | None,
    zone: ZoneInfo,
) -> BadgeView:
    """What the badge shows for the delay that is really armed."""
    # What may not be seen looks exactly like what does not exist.
    shown = Reason.MISSING if reason is Reason.UNAUTHORISED else reason
    interval = "" if armed is None else f"{armed:g}"
    if shown is Reason.TERMINAL:
        text = f"Finished {clock_time(finished_at, zone)}" if finished_at else "Finished"
    elif stale_since is not None:
        text = f"Stale since {hour_and_minute(stale_since, zone)}"
        text += f" · next try in {interval} s" if interval else ""
    elif shown is Reason.LIVE:
        text = f"Live · every {interval} s"
    else:
        text = _TEXTS[shown]
    tone = "mixed" if stale_since is not None else _TONES.get(shown, "waiting")
    return {"text": text, "reason": shown.value, "interval": interval, "tone": tone}
