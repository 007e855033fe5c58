"""For programs that tell the console of their work. Needs nothing but the standard library.

with Client().run("nightly.export", tenant="contoso") as run:
    run.expect(len(files))
    for file in files:
        export(file)
        run.count(succeeded=1)
"""

import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any

from stillwatch.wire import Console, ConsoleUnreachable, Refused, StillwatchError

__all__ = [
    "AlreadyActive",
    "Cancelled",
    "Client",
    "ConsoleUnreachable",
    "LeaseLost",
    "Refused",
    "Run",
    "StillwatchError",
]

_MOST_GROUPS = 50
_LONGEST_MESSAGE, _LONGEST_SAMPLE = 500, 4000
_SOON = 1.0  # seconds until the next heartbeat when one was not heard
_UNFIT = (400, 413, 422)
_Post = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
_log = logging.getLogger("stillwatch")


class AlreadyActive(Refused):
    """The key's run is being done by somebody else."""


class Cancelled(StillwatchError):
    """A person asked for the run to be cancelled: stop."""


class LeaseLost(StillwatchError):
    """The console has closed the run over a silence; someone else may do the work by now."""


class Client:
    """A console and the token of this program, by default from the environment.

    `patience` is for how many seconds a start and a last report are tried while the console does
    not answer. Heartbeats are tried for as long as the work takes.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        patience: float = 60.0,
        timeout: float = 10.0,
    ) -> None:
        self._console = Console(
            url if url is not None else _from_environment("STILLWATCH_URL"),
            token if token is not None else _from_environment("STILLWATCH_TOKEN"),
            timeout,
        )
        self._patience = patience

    def run(
        self,
        type: str,
        *,
        tenant: str | None = None,
        key: str | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> "Run":
        """Start a run, to be used as a context manager, which reports how its block ends.

        Raises `AlreadyActive`, `Refused` or `ConsoleUnreachable`.
        """
        body = {
            "type": type,
            "runner": "external",
            "tenant": tenant,
            "active_key": key,
            "context": None if context is None else dict(context),
        }
        # Repeated with each attempt: the one whose answer got lost has started the run.
        once = {"Idempotency-Key": secrets.token_hex(16)}
        try:
            started = self._console.post_patiently("/runs", body, self._patience, **once)
        except Refused as refusal:
            if refusal.code == "already_active":
                raise AlreadyActive(refusal.status, refusal.problem) from None
            raise
        return Run(self._console, started, self._patience)

    def report(self, run_id: int, token: str, counts: Mapping[str, int]) -> bool:
        """Report on a run that another process holds; return whether it is to be cancelled."""
        body = {"token": token, "counts": dict(counts)}
        return bool(self._console.post(f"/runs/{run_id}/heartbeat", body)["cancel_requested"])


class Run:
    """A run in the hands of this program, heartbeating in a thread of its own."""

    def __init__(self, console: Console, started: Mapping[str, Any], patience: float) -> None:
        self.id = int(started["id"])
        self.url = str(started["url"])
        self.token = str(started["token"])
        self._console = console
        self.patience = patience
        self._beat_every = float(started["lease_seconds"]) / 4
        self._soon = min(self._beat_every, _SOON)
        self._counts: dict[str, int] = {}
        self._groups: dict[tuple[str, str], dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._interruption: StillwatchError | None = None
        self._interrupted = threading.Event()
        # As a daemon, so that a program which never ends its run can itself end.
        self._heart = threading.Thread(target=self._live, name="stillwatch", daemon=True)
        self._heart.start()

    def expect(self, total: int) -> None:
        """Say how many items there will be."""
        with self._lock:
            self._counts["total"] = total

    def count(self, *, succeeded: int = 0, failed: int = 0, skipped: int = 0) -> None:
        """Add items that are done; `processed` follows, and `total` never falls behind."""
        with self._lock:
            done = {"succeeded": succeeded, "failed": failed, "skipped": skipped}
            for name, number in {**done, "processed": sum(done.values())}.items():
                self._counts[name] = self._counts.get(name, 0) + number
            self._counts["total"] = max(self._counts.get("total", 0), self._counts["processed"])

    def failure(self, code: str, message: str, sample: str | None = None, count: int = 1) -> None:
        """Record a failure; equal code and message form one group, past 50 groups the rest do."""
        key = (code[:100] or "failed", message[:_LONGEST_MESSAGE])
        with self._lock:
            if key not in self._groups and len(self._groups) >= _MOST_GROUPS - 2:
                key = ("other", "Further failures of other kinds")
            group = self._groups.setdefault(
                key, {"code": key[0], "message": key[1], "count": 0, "sample": None}
            )
            group["count"] += count
            if group["sample"] is None and sample is not None:
                group["sample"] = sample[:_LONGEST_SAMPLE]

    def checkpoint(self) -> None:
        """Stop here if the run is to stop. Raises `Cancelled` or `LeaseLost`."""
        if self._interruption is not None:
            raise self._interruption

    def wait_for_interruption(self, within: float | None = None) -> StillwatchError | None:
        """Why to stop, as soon as there is a reason; None after `within` seconds."""
        self._interrupted.wait(within)
        return self._interruption

    def complete(self, outcome: str) -> bool:
        """Report how the run ended, and end the heartbeats.

        False when the console could not be told, or refused to hear it; the log then says so.
        """
        self._ending.set()
        self._heart.join()
        patiently = partial(self._console.post_patiently, patience=self.patience)
        try:
            self._tell(patiently, "complete", outcome=outcome)
        except Refused as refusal:
            # An earlier attempt may have been heard, and only its answer lost.
            if refusal.code == "already_completed" and refusal.problem.get("outcome") == outcome:
                return True
            _log.error("run %s ended as %s, which was refused: %s", self.id, outcome, refusal)
            return False
        except StillwatchError as error:
            _log.error("run %s ended as %s, but nobody was told: %s", self.id, outcome, error)
            return False
        return True

    def __enter__(self) -> "Run":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Cancelled):
            self.complete("cancelled")
        elif error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
            self.complete("partially_succeeded" if self._groups else "succeeded")
        else:
            self.failure(type(error).__name__, str(error) or type(error).__name__)
            self.complete("failed")

    def _live(self) -> None:
        was_heard = True
        while not self._ending.wait(self._beat_every if was_heard else self._soon):
            try:
                answer = self._tell(self._console.post, "heartbeat")
            except Refused as refusal:
                if refusal.status == 409:
                    _log.warning("run %s is no longer ours: %s", self.id, refusal)
                    self._interrupt(LeaseLost(str(refusal)))
                    return
                was_heard = self._unheard(was_heard, refusal)
            except StillwatchError as error:
                was_heard = self._unheard(was_heard, error)
            else:
                was_heard = True
                if answer.get("cancel_requested"):
                    self._interrupt(Cancelled(f"Run {self.id} is to be cancelled."))

    def _unheard(self, was_heard: bool, error: StillwatchError) -> bool:
        if was_heard:  # once a silence, however long it is
            _log.warning("run %s goes on unheard: %s", self.id, error)
        return False

    def _tell(self, post: _Post, act: str, **ending: str) -> Mapping[str, Any]:
        """Report all that is known, or else, when that is refused for its form, the bare fact."""
        path, bare = f"/runs/{self.id}/{act}", {"token": self.token, **ending}
        try:
            return post(path, {**bare, **self._report()})
        except Refused as refusal:
            if refusal.status not in _UNFIT:
                raise
            _log.warning("what run %s reports is left out: %s", self.id, refusal)
            return post(path, bare)

    def _report(self) -> dict[str, Any]:
        # What was never counted here is left out: another process may have reported it.
        with self._lock:
            counts = {"counts": dict(self._counts)} if self._counts else {}
            groups = [dict(group) for group in self._groups.values()]
            return {**counts, "failures": groups} if groups else counts

    def _interrupt(self, reason: StillwatchError) -> None:
        if self._interruption is None:
            self._interruption = reason
            self._interrupted.set()


def _from_environment(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise StillwatchError(f"{name} is not set.")
    return value
