"""Which edges exist; everything else is refused by name."""

from itertools import product

import pytest

from policy.lifecycle import IllegalTransitionError, RunEvent, next_status

LEGAL = {
    ("queued", RunEvent.CLAIM): "running",
    ("running", RunEvent.CLAIM): "running",
    ("running", RunEvent.HEARTBEAT): "running",
    ("running", RunEvent.COMPLETE): "completed",
    ("running", RunEvent.RETRY): "queued",
    ("running", RunEvent.HAND_BACK): "queued",
    ("running", RunEvent.RESCUE): "queued",
    ("running", RunEvent.LOSE_CONTACT): "completed",
    ("running", RunEvent.GIVE_UP): "completed",
    ("queued", RunEvent.GIVE_UP): "completed",
    ("queued", RunEvent.CANCEL): "completed",
}
STATES = ("queued", "running", "completed", "Running", "")


@pytest.mark.parametrize(("state", "event"), list(product(STATES, RunEvent)))
def test_only_the_legal_edges_exist(state: str, event: RunEvent) -> None:
    if (state, event) in LEGAL:
        assert next_status(state, event) == LEGAL[state, event]
        return

    with pytest.raises(IllegalTransitionError) as refusal:
        next_status(state, event)

    targets = {target for (_, legal), target in LEGAL.items() if legal is event}
    assert state in str(refusal.value)
    assert all(target in str(refusal.value) for target in targets)
