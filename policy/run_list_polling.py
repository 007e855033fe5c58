"""How often a list of runs asks. It never stops for being finished: the next run may come."""

from collections.abc import Iterable

from policy.decision import Decision, Guards, Reason, guarded, never
from policy.status import UxStatus

_WHILE_ACTIVE = 10
_OTHERWISE = 30


def decide(shown: Iterable[UxStatus], guards: Guards) -> Decision:
    """The pace of a page of runs: 10 s while any of them is active, 30 s otherwise."""
    if not guards.authorised:
        return never(Reason.UNAUTHORISED)
    any_active = any(status.is_active for status in shown)
    return guarded(_WHILE_ACTIVE if any_active else _OTHERWISE, guards)
