"""Whether anybody is there for a run: what it waits for, or when its holder was last heard of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.states import Runner
from policy.instant import age, elapsed, require_aware
from policy.status import UxStatus, ux_status

# A worker says every 10 s that it is there; whoever misses three of them is taken for gone.
GONE_AFTER = timedelta(seconds=30)
_WAITING_IS_NORMAL = timedelta(seconds=10)
_STALLED_AFTER = 0.5  # of the lease: a holder reports four times in it


class Sign(StrEnum):
    """What there is to say of a run's life before anybody gives a verdict."""

    NONE = "none"
    NO_WORKER = "no_worker"
    NOT_BEFORE = "not_before"
    HELD_BACK = "held_back"
    WAITING = "waiting"
    BEATING = "beating"
    STALLED = "stalled"
    RUN_OUT = "run_out"


@dataclass(frozen=True, slots=True)
class LifeFacts:
    """The persisted facts of a run that its liveness depends on; times are aware.

    `queue_position` is 1 for the run that is next; `has_room` is false while a limit keeps it
    back from an idle worker; `worker_seen_at` is when any worker was last seen.
    """

    status: str | None
    outcome: str | None
    runner: str | None
    created_at: datetime | None = None
    available_at: datetime | None = None
    queue_position: int | None = None
    has_room: bool | None = None
    worker_seen_at: datetime | None = None
    heartbeat_at: datetime | None = None
    lease_until: datetime | None = None

    def __post_init__(self) -> None:
        require_aware(
            created_at=self.created_at,
            available_at=self.available_at,
            worker_seen_at=self.worker_seen_at,
            heartbeat_at=self.heartbeat_at,
            lease_until=self.lease_until,
        )


@dataclass(frozen=True, slots=True)
class Liveness:
    """A sign, equal for as long as the words for it are.

    `at` is when the run is due, when a worker was last seen, or when the holder last reported.
    """

    sign: Sign
    at: datetime | None = None
    position: int | None = None


_NOTHING = Liveness(Sign.NONE)


def liveness(run: LifeFacts, now: datetime) -> Liveness:
    """The sign of life of a run at `now` (aware, the database's clock)."""
    require_aware(now=now)
    status = ux_status(run.status, run.outcome)
    if status is UxStatus.QUEUED:
        return _queued(run, now)
    if status is UxStatus.RUNNING:
        return _running(run, now)
    return _NOTHING


def _queued(run: LifeFacts, now: datetime) -> Liveness:
    is_ours = run.runner == Runner.WORKER
    if is_ours and _is_gone(run.worker_seen_at, now):
        return Liveness(Sign.NO_WORKER, run.worker_seen_at)
    due = run.available_at
    if due is not None and elapsed(due, now) < timedelta(0):
        return Liveness(Sign.NOT_BEFORE, due)
    # What was put off has only waited since it became due.
    waited = age(due if due is not None else run.created_at, now)
    if waited is not None and waited < _WAITING_IS_NORMAL:
        return _NOTHING
    if is_ours and run.has_room is False:
        return Liveness(Sign.HELD_BACK)
    return Liveness(Sign.WAITING, position=run.queue_position if is_ours else None)


def _is_gone(seen_at: datetime | None, now: datetime) -> bool:
    return seen_at is None or elapsed(seen_at, now) >= GONE_AFTER


def _running(run: LifeFacts, now: datetime) -> Liveness:
    beat, until = run.heartbeat_at, run.lease_until
    silence = age(beat, now)
    if beat is None or silence is None:
        return _NOTHING  # a program that keeps no heartbeat, or one whose clock is far off
    if until is None:
        return Liveness(Sign.BEATING, beat)
    if elapsed(until, now) > timedelta(0):
        return Liveness(Sign.RUN_OUT, beat)
    is_stalled = silence > elapsed(beat, until) * _STALLED_AFTER
    return Liveness(Sign.STALLED if is_stalled else Sign.BEATING, beat)
