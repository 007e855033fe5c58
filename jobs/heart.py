"""The thread that keeps the leases of all runs at work in this process."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from jobs.context import RunContext
from jobs.faults import Faults
from services.journal.about import about_run
from services.run_terms import LeaseLostError
from stillwatch.operations import LeaseGone, TimedOut

# How long a handler may take to unwind once its time is up, before its run is closed over it.
_UNWIND_SECONDS = 5.0


@dataclass(slots=True)
class _Held:
    context: RunContext
    due: float | None  # monotonic; when its time is up
    has_timed_out: bool = False

    def stop_the_clock(self) -> None:
        self.due = None


class Heart:
    """Beats every quarter of `lease` for each run held, and tells it when its time is up.

    `close_overdue` is called for a run whose handler does not unwind in time.
    """

    def __init__(
        self,
        lease: timedelta,
        faults: Faults,
        close_overdue: Callable[[RunContext], None],
        owner: str = "",
    ) -> None:
        self._owner = owner
        self._beat_every = lease.total_seconds() / 4
        self._faults = faults
        self._close_overdue = close_overdue
        self._held: dict[int, _Held] = {}
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def holding(
        self, context: RunContext, timeout: timedelta | None
    ) -> Iterator[Callable[[], None]]:
        """Keep the run's lease for as long as the block lasts; call what it gives when the
        handler has returned, and its time is not measured any more."""
        due = None if timeout is None else time.monotonic() + timeout.total_seconds()
        held = _Held(context, due)
        with self._change:
            self._held[id(held)] = held
            self._start()
            self._change.notify_all()
        try:
            yield held.stop_the_clock
        finally:
            with self._change:
                self._held.pop(id(held), None)
                self._change.notify_all()

    def wait_until_idle(self, within: float) -> None:
        """Wait until no run is held any more, at most `within` seconds."""
        with self._change:
            self._change.wait_for(lambda: not self._held, within)

    def contexts(self) -> list[RunContext]:
        """The runs at work now."""
        with self._change:
            return [held.context for held in self._held.values()]

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._live, name="heart", daemon=True)
            self._thread.start()

    def _live(self) -> None:
        while True:
            with self._change:
                if not self._change.wait_for(lambda: bool(self._held), timeout=60.0):
                    self._thread = None
                    return
                held = list(self._held.values())
                rest = min(self._rest(one) for one in held)
                if rest > 0:
                    self._change.wait(rest)
                    continue
            for one in held:
                run = one.context.run
                try:
                    with about_run(run.id, run.attempt, self._owner):
                        self._attend_to(one)
                except Exception as error:  # one run's trouble must not cost the others theirs
                    self._faults.tell(error)

    def _rest(self, held: _Held) -> float:
        now = time.monotonic()
        until_beat = held.context.beaten_at + self._beat_every - now
        due = held.due
        return until_beat if due is None else min(until_beat, due - now)

    def _attend_to(self, held: _Held) -> None:
        due = held.due
        if due is not None and time.monotonic() >= due:
            self._time_is_up(held)
        if held.context.beaten_at + self._beat_every > time.monotonic():
            return
        try:
            held.context.beat()
            self._faults.clear()
        except LeaseLostError:
            held.context.interrupt(LeaseGone("the lease was lost"))
            self._let_go(held)
        except Exception as error:  # the next beat tries again; the lease outlives a few
            self._faults.tell(error)
            held.context.beaten_at = time.monotonic() - self._beat_every / 2

    def _time_is_up(self, held: _Held) -> None:
        if not held.has_timed_out:
            held.has_timed_out = True
            held.due = time.monotonic() + _UNWIND_SECONDS
            held.context.interrupt(TimedOut("the time is up"))
            return
        self._let_go(held)
        self._close_overdue(held.context)

    def _let_go(self, held: _Held) -> None:
        with self._change:
            self._held.pop(id(held), None)
