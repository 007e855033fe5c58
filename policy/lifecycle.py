"""The legal edges of a run's life: whoever moves a run names the event, all else is refused."""

from enum import StrEnum

from models.states import RunStatus
from policy.wording import said

# The claim after this many that ended in no orderly way is refused: the run kills its workers.
MOST_DELIVERIES = 4


class RunEvent(StrEnum):
    CLAIM = "claim"
    HEARTBEAT = "heartbeat"
    COMPLETE = "complete"
    RETRY = "retry"
    HAND_BACK = "hand back"
    RESCUE = "rescue"
    LOSE_CONTACT = "losing contact"
    GIVE_UP = "giving up"
    CANCEL = "cancel"


class IllegalTransitionError(Exception):
    """A run was asked to take an edge that does not exist; the message names both states."""

    def __init__(self, current: str, event: RunEvent) -> None:
        targets = " or ".join(sorted({target for (_, e), target in _EDGES.items() if e is event}))
        super().__init__(
            said(
                "A run that is {current} cannot become {targets} by {event}.",
                current=current,
                targets=targets,
                event=event,
            )
        )


_EDGES: dict[tuple[str, RunEvent], RunStatus] = {
    (RunStatus.QUEUED, RunEvent.CLAIM): RunStatus.RUNNING,
    # Delivered again while its lease has run out: whoever held it is taken for dead.
    (RunStatus.RUNNING, RunEvent.CLAIM): RunStatus.RUNNING,
    (RunStatus.RUNNING, RunEvent.HEARTBEAT): RunStatus.RUNNING,
    (RunStatus.RUNNING, RunEvent.COMPLETE): RunStatus.COMPLETED,
    (RunStatus.RUNNING, RunEvent.RETRY): RunStatus.QUEUED,
    (RunStatus.RUNNING, RunEvent.HAND_BACK): RunStatus.QUEUED,
    (RunStatus.RUNNING, RunEvent.RESCUE): RunStatus.QUEUED,
    (RunStatus.RUNNING, RunEvent.LOSE_CONTACT): RunStatus.COMPLETED,
    (RunStatus.RUNNING, RunEvent.GIVE_UP): RunStatus.COMPLETED,
    (RunStatus.QUEUED, RunEvent.GIVE_UP): RunStatus.COMPLETED,
    (RunStatus.QUEUED, RunEvent.CANCEL): RunStatus.COMPLETED,
}


def next_status(current: str, event: RunEvent) -> RunStatus:
    """Where `event` leads from the stored text `current`, or `IllegalTransitionError`."""
    target = _EDGES.get((current, event))
    if target is None:
        raise IllegalTransitionError(current, event)
    return target
