"""Whether a kind of failure is still trouble, known trouble, or over by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class FailureState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one tenant stands with a kind of failure; all are ids of runs, which grow with time.

    `newest_success` is of the same type and tenant. `acknowledged` was the newest failure when
    somebody acknowledged it for this tenant, None when nobody has.
    """

    newest_failure: int
    newest_success: int | None = None
    acknowledged: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether no later run has succeeded."""
        return self.newest_success is None or self.newest_success < self.newest_failure

    @property
    def is_known(self) -> bool:
        """Whether it was acknowledged, and nothing has succeeded since: a failure after that is
        another one."""
        return self.acknowledged is not None and (
            self.newest_success is None or self.newest_success < self.acknowledged
        )


def failure_state(standings: Iterable[Standing]) -> FailureState:
    """The state of a kind of failure for all the tenants that it has hit."""
    left = [standing for standing in standings if standing.is_open]
    if not left:
        return FailureState.CLEARED
    is_known = all(standing.is_known for standing in left)
    return FailureState.ACKNOWLEDGED if is_known else FailureState.OPEN
