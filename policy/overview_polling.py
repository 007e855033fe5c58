"""How often the overview asks: like a list of runs, and like it never done for good."""

from policy.decision import Decision, Guards, Reason, guarded, never

_WHILE_ACTIVE = 10
_OTHERWISE = 30


def decide(any_active: bool, guards: Guards) -> Decision:
    """The pace of the overview: 10 s while anything waits or runs, 30 s otherwise."""
    if not guards.authorised:
        return never(Reason.UNAUTHORISED)
    return guarded(_WHILE_ACTIVE if any_active else _OTHERWISE, guards)
