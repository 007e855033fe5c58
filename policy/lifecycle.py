"""The legal edges of a run's life: whoever moves a run names the event, all else is refused."""

from enum import StrEnum

from models.states import RunStatus


class RunEvent(StrEnum):
    CLAIM = "claim"
    COMPLETE = "complete"
    CANCEL = "cancel"
    REFUSE = "refuse"
    REQUEUE = "requeue"


class IllegalTransitionError(Exception):
    """A run was asked to take an edge that does not exist; the message names both states."""

    def __init__(self, current: str, event: RunEvent) -> None:
        targets = " or ".join(sorted({target for (_, e), target in _EDGES.items() if e is event}))
        super().__init__(f"A run that is {current} cannot become {targets} by {event}.")


_EDGES: dict[tuple[str, RunEvent], RunStatus] = {
    (RunStatus.QUEUED, RunEvent.CLAIM): RunStatus.RUNNING,
    (RunStatus.QUEUED, RunEvent.CANCEL): RunStatus.COMPLETED,
    (RunStatus.QUEUED, RunEvent.REFUSE): RunStatus.COMPLETED,
    (RunStatus.RUNNING, RunEvent.COMPLETE): RunStatus.COMPLETED,
    (RunStatus.RUNNING, RunEvent.REQUEUE): RunStatus.QUEUED,
}


def next_status(current: str, event: RunEvent) -> RunStatus:
    """Where `event` leads from the stored text `current`, or `IllegalTransitionError`."""
    target = _EDGES.get((current, event))
    if target is None:
        raise IllegalTransitionError(current, event)
    return target
