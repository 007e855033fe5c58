"""How often the page about refreshing asks: as often as there is anything new to be told."""

from policy.decision import Decision, Guards, Reason, guarded, never

_INTERVAL = 10


def decide(guards: Guards) -> Decision:
    """The pace of the page about refreshing: 10 s, and like a list never done for good."""
    if not guards.authorised:
        return never(Reason.UNAUTHORISED)
    return guarded(_INTERVAL, guards)
