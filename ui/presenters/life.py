"""What a run waits for, or since when its holder is silent, in words."""

from datetime import datetime
from typing import Protocol, TypedDict
from zoneinfo import ZoneInfo

from models.states import Runner
from policy.liveness import Liveness, Sign
from services.queue_place import MOST_AHEAD
from ui.presenters.moment import machine_time, seconds_between, time_of_day
from ui.presenters.words import clipped


class Living(Protocol):
    """What is known of any run's life, whatever it was read for."""

    @property
    def now(self) -> datetime: ...
    @property
    def attempt(self) -> int: ...
    @property
    def cancel_requested_at(self) -> datetime | None: ...
    @property
    def runner(self) -> str | None: ...
    @property
    def lease_owner(self) -> str | None: ...
    @property
    def queue_position(self) -> int | None: ...
    @property
    def liveness(self) -> Liveness: ...


class LifeView(TypedDict):
    """A sentence about the run's life with its tone and icon."""

    sign: str
    text: str
    tone: str
    icon: str


class HeartbeatView(TypedDict):
    """Seconds since the last heartbeat, from where the browser counts on; `at` tells them apart."""

    at: str
    seconds: float


_LOOKS = {
    Sign.NO_WORKER: ("mixed", "cloud_off"),
    Sign.NOT_BEFORE: ("waiting", "update"),
    Sign.HELD_BACK: ("waiting", "hourglass_empty"),
    Sign.WAITING: ("waiting", "hourglass_empty"),
    Sign.STALLED: ("mixed", "warning_amber"),
    Sign.RUN_OUT: ("bad", "warning_amber"),
}


def is_outside(run: Living) -> bool:
    """Whether a program outside does the work; whatever is not the workers' is."""
    return run.runner != Runner.WORKER


def run_life(run: Living, zone: ZoneInfo) -> LifeView | None:
    """The sentence, or None when all is as it should be."""
    sign = run.liveness.sign
    if sign not in _LOOKS:
        return None
    tone, icon = _LOOKS[sign]
    return {"sign": sign.value, "text": _words(run, zone), "tone": tone, "icon": icon}


def run_place(run: Living) -> LifeView:
    """Its place in the queue, also while waiting is still nothing to speak of."""
    tone, icon = _LOOKS[Sign.WAITING]
    text = _waiting(run, run.queue_position)
    return {"sign": Sign.WAITING.value, "text": text, "tone": tone, "icon": icon}


def run_heartbeat(run: Living) -> HeartbeatView | None:
    """The age of the last heartbeat, for a run that is at work and keeps one."""
    life = run.liveness
    silence = seconds_between(life.at, run.now)
    if life.sign not in {Sign.BEATING, Sign.STALLED, Sign.RUN_OUT} or life.at is None:
        return None
    return {"at": machine_time(life.at), "seconds": silence or 0.0}


def holder(run: Living) -> str:
    """Who has the run in its hands, in the middle of a sentence."""
    if is_outside(run):
        return f"the program outside ({_owner(run)})" if run.lease_owner else "the program outside"
    return f"worker {_owner(run)}" if run.lease_owner else "its worker"


def _words(run: Living, zone: ZoneInfo) -> str:
    life = run.liveness
    at = "" if life.at is None else time_of_day(life.at, run.now, zone)
    if life.sign is Sign.NO_WORKER:
        seen = f"none has been seen since {at}" if at else "none has been seen yet"
        return f"No worker is running: {seen}. The run starts as soon as one is there."
    if life.sign is Sign.NOT_BEFORE:
        return f"Next attempt at {at}." if run.attempt > 1 else f"It is put off until {at}."
    if life.sign is Sign.HELD_BACK:
        return "Waiting for its turn: no more runs of its kind may be at work at once."
    if life.sign is Sign.WAITING:
        return _waiting(run, life.position)
    stalled = f"Stalled since {at}: no heartbeat from {holder(run)} since then"
    return f"{stalled}. {_verdict(run)}" if life.sign is Sign.RUN_OUT else f"{stalled}."


def _waiting(run: Living, position: int | None) -> str:
    if is_outside(run):
        return "Waiting for the program outside to begin."
    if position is None:
        return "Waiting for a worker."
    if position > MOST_AHEAD + 1:
        return f"Waiting for a worker: more than {MOST_AHEAD:,} runs are ahead of it."
    if position == 1:
        return "Waiting for a worker: it is next in the queue."
    return f"Waiting for a worker: number {position:,} in the queue."


def _verdict(run: Living) -> str:
    if is_outside(run):
        return "Its lease has run out, so contact counts as lost in a moment."
    if run.cancel_requested_at is not None:
        return "Its lease has run out, so it is closed as cancelled in a moment."
    return "Its lease has run out, so another worker gets it in a moment."


def _owner(run: Living) -> str:
    return clipped(run.lease_owner, 80)
