"""What a run waits for, or since when its holder is silent, in words."""

from datetime import datetime
from typing import Protocol, TypedDict

from models.states import Runner
from policy.liveness import Liveness, Sign
from services.queue_place import MOST_AHEAD
from ui.presenters.locale import Locale
from ui.presenters.moment import in_utc, machine_time, seconds_between, time_of_day
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
    """A sentence about the run's life with its tone and icon; `utc` is the time in it, or empty."""

    sign: str
    text: str
    utc: str
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


def run_life(run: Living, locale: Locale) -> LifeView | None:
    """The sentence, or None when all is as it should be."""
    sign = run.liveness.sign
    if sign not in _LOOKS:
        return None
    tone, icon = _LOOKS[sign]
    text, utc = _words(run, locale), in_utc(run.liveness.at)
    return {"sign": sign.value, "text": text, "utc": utc, "tone": tone, "icon": icon}


def run_place(run: Living, locale: Locale) -> LifeView:
    """Its place in the queue, also while waiting is still nothing to speak of."""
    tone, icon = _LOOKS[Sign.WAITING]
    text = _waiting(run, run.queue_position, locale)
    return {"sign": Sign.WAITING.value, "text": text, "utc": "", "tone": tone, "icon": icon}


def run_heartbeat(run: Living) -> HeartbeatView | None:
    """The age of the last heartbeat, for a run that is at work and keeps one."""
    life = run.liveness
    silence = seconds_between(life.at, run.now)
    if life.sign not in {Sign.BEATING, Sign.STALLED, Sign.RUN_OUT} or life.at is None:
        return None
    return {"at": machine_time(life.at), "seconds": silence or 0.0}


def _words(run: Living, locale: Locale) -> str:
    life = run.liveness
    at = "" if life.at is None else time_of_day(life.at, run.now, locale)
    match life.sign:
        case Sign.NO_WORKER:
            return _no_worker(at, locale)
        case Sign.NOT_BEFORE if run.attempt > 1:
            return locale.say("Next attempt at {time}.", time=at)
        case Sign.NOT_BEFORE:
            return locale.say("It is put off until {time}.", time=at)
        case Sign.HELD_BACK:
            return locale.say(
                "Waiting for its turn: no more runs of its kind may be at work at once."
            )
        case Sign.WAITING:
            return _waiting(run, life.position, locale)
    stalled = _stalled(run, at, locale)
    return f"{stalled} {_verdict(run, locale)}" if life.sign is Sign.RUN_OUT else stalled


def _no_worker(at: str, locale: Locale) -> str:
    if at:
        return locale.say(
            "No worker is running: none has been seen since {time}. "
            "The run starts as soon as one is there.",
            time=at,
        )
    return locale.say(
        "No worker is running: none has been seen yet. The run starts as soon as one is there."
    )


def _waiting(run: Living, position: int | None, locale: Locale) -> str:
    if is_outside(run):
        return locale.say("Waiting for the program outside to begin.")
    if position is None:
        return locale.say("Waiting for a worker.")
    if position > MOST_AHEAD + 1:
        return locale.say(
            "Waiting for a worker: more than {count} runs are ahead of it.",
            count=locale.number(MOST_AHEAD),
        )
    if position == 1:
        return locale.say("Waiting for a worker: it is next in the queue.")
    return locale.say(
        "Waiting for a worker: number {place} in the queue.", place=locale.number(position)
    )


def _stalled(run: Living, at: str, locale: Locale) -> str:
    owner = clipped(run.lease_owner, 80) if run.lease_owner else ""
    if is_outside(run) and owner:
        return locale.say(
            "Stalled since {time}: no heartbeat from the program outside ({name}) since then.",
            time=at,
            name=owner,
        )
    if is_outside(run):
        return locale.say(
            "Stalled since {time}: no heartbeat from the program outside since then.", time=at
        )
    if owner:
        return locale.say(
            "Stalled since {time}: no heartbeat from worker {name} since then.",
            time=at,
            name=owner,
        )
    return locale.say("Stalled since {time}: no heartbeat from its worker since then.", time=at)


def _verdict(run: Living, locale: Locale) -> str:
    if is_outside(run):
        return locale.say("Its lease has run out, so contact counts as lost in a moment.")
    if run.cancel_requested_at is not None:
        return locale.say("Its lease has run out, so it is closed as cancelled in a moment.")
    return locale.say("Its lease has run out, so another worker gets it in a moment.")
