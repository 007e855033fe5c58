"""The terms of a run's life: what is asked for, handed out, reported, and refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models import Runner
from policy.wording import said


class RunNotFoundError(Exception):
    """There is no such run, or none that the asking person may see."""

    def __init__(self) -> None:
        super().__init__(said("This run does not exist."))


class RunMovedError(Exception):
    """The run changed between the decision and the deed."""


class LeaseLostError(Exception):
    """The run belongs to someone else by now: stop, and discard what was done."""

    def __init__(self) -> None:
        super().__init__(said("This run is no longer in your hands; your report is refused."))


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is asked for. One `active_key` has at most one active run.

    Among queued runs the higher `priority` goes first, then the older; none before `run_at`.
    At most `concurrency_limit` runs of one `concurrency_key` are at work at once.
    """

    workspace_id: int
    type: str
    active_key: str
    tenant_id: int | None = None
    initiated_by_user_id: int | None = None
    context: Mapping[str, Any] | None = None
    retry_of_id: int | None = None
    priority: int = 0
    run_at: datetime | None = None
    concurrency_key: str | None = None
    concurrency_limit: int | None = None
    runner: Runner = Runner.WORKER


@dataclass(frozen=True, slots=True)
class Requested:
    """The run that serves a request: a new one, or the active one that was there already."""

    run_id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """A run to be put before a worker, not before `run_at`."""

    run_id: int
    attempt: int
    priority: int
    run_at: datetime | None


# Hands a run to whoever does the work, inside the caller's transaction.
Enqueue = Callable[[Session, Delivery], None]
# Writes what a run has come to, inside the transaction that closes it.
Closing = Callable[[Session], None]


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run in the hands of one worker, who proves it by `token`."""

    id: int
    token: str
    type: str
    workspace_id: int
    tenant_id: int | None
    initiated_by_user_id: int | None
    context: Any
    created_at: datetime | None
    attempt: int


@dataclass(frozen=True, slots=True)
class Report:
    """What is known so far of a run at work: counts by name, groups of failures.

    None leaves what was reported before.
    """

    counts: Mapping[str, int] | None
    failures: list[dict[str, Any]] | None
