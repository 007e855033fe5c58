"""How often the page of one run asks: quick while its phase is young, slower as it ages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from policy.decision import Decision, Guards, Reason, guarded, never
from policy.instant import age, require_aware
from policy.status import UxStatus, ux_status

# (younger than, seconds between reads); a boundary belongs to the slower side.
_RAMP = ((timedelta(seconds=10), 1), (timedelta(seconds=60), 5))
_SLOWEST = 10


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The persisted facts of a run that its pace depends on; times are aware."""

    status: str | None
    outcome: str | None
    created_at: datetime | None
    started_at: datetime | None

    def __post_init__(self) -> None:
        require_aware(created_at=self.created_at, started_at=self.started_at)


def decide(run: RunFacts | None, guards: Guards, now: datetime) -> Decision:
    """The pace of a run's page at `now` (aware, the database's clock): 1, 5, 10 s or never."""
    require_aware(now=now)
    if not guards.authorised:
        return never(Reason.UNAUTHORISED)
    if run is None:
        return never(Reason.MISSING)
    status = ux_status(run.status, run.outcome)
    if status is UxStatus.UNKNOWN:
        return never(Reason.UNKNOWN)
    if status.is_terminal:
        return never(Reason.TERMINAL)
    return guarded(_pace(age(_phase_start(run, status), now)), guards)


def _phase_start(run: RunFacts, status: UxStatus) -> datetime | None:
    if status is UxStatus.RUNNING and run.started_at is not None:
        return run.started_at
    return run.created_at


def _pace(phase_age: timedelta | None) -> int:
    if phase_age is None:
        return _SLOWEST
    return next((seconds for limit, seconds in _RAMP if phase_age < limit), _SLOWEST)
