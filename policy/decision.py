"""What every refresh policy decides: how long to wait, and why."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a surface refreshes or does not, in order of precedence; spelled as in the badge."""

    UNAUTHORISED = "unauthorised"
    MISSING = "missing"
    UNKNOWN = "unknown"
    TERMINAL = "terminal"
    EXPIRED = "expired"
    NONE = "none"
    DISCONNECTED = "disconnected"
    HIDDEN = "hidden"
    DIALOG = "dialog"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Decision:
    """Ask again in `interval` seconds, or never (None), because of `reason`."""

    interval: int | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Guards:
    """What must hold for a surface to ask at all. `visible` is None until the browser reports."""

    authorised: bool
    connected: bool
    visible: bool | None
    dialog_open: bool

    def closed(self) -> Reason | None:
        """The first guard of this moment that forbids asking, or None."""
        if not self.connected:
            return Reason.DISCONNECTED
        if not self.visible:
            return Reason.HIDDEN
        if self.dialog_open:
            return Reason.DIALOG
        return None


def never(reason: Reason) -> Decision:
    return Decision(None, reason)


def guarded(interval: int, guards: Guards) -> Decision:
    """`interval` while every guard is open. Guards stop a surface; they never change its pace."""
    closed = guards.closed()
    return Decision(interval, Reason.LIVE) if closed is None else never(closed)
