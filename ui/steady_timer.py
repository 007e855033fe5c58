"""A `ui.timer` on the beat: it neither drifts, nor bunches, nor heeds the wall clock."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from functools import partial
from weakref import WeakKeyDictionary

from nicegui import core, ui

from policy.pacing import BEAT, first_due, next_due

# How many timers fire before the loop may do something else: a herd must not hold it up.
_AT_A_STRETCH = 100


class SteadyTimer(ui.timer):
    """A repeating `ui.timer` whose ticks lie on beats that all pages of the process share.

    The framework's own loop takes its sleep from the wall clock, so that a clock step stalls it,
    runs late ticks back to back, and keeps a sleeping task for each page. This one waits in the
    metronome, and leaves at least half an interval after a tick that was late.
    """

    def __init__(self, interval: float, call: Callable[[], Awaitable[None]]) -> None:
        """`call` is called every `interval` seconds, the first time an interval from now.

        Not within any element, as a plain timer's callback is: whoever builds something says where.
        """
        self._call = call
        self._metronome = metronome_of_this_loop()
        self._leave: Callable[[], None] = lambda: None
        self._context = copy_context()  # whose page it is, for all that its ticks log
        super().__init__(interval, call, immediate=False)
        self._keep_from_the_browser()

    async def _run_in_loop(self) -> None:
        due = first_due(self._metronome.now, self.interval)
        if await self._can_start():
            self._wait_for(due)

    def fire(self, due: int) -> None:
        """Run the callback in a task of its own, and wait for the next beat that it is due at."""
        if not self._should_stop():
            self._current_invocation = asyncio.create_task(
                self._tick(due), name="tick", context=self._context
            )

    def cancel(self, *, with_current_invocation: bool = False) -> None:
        super().cancel(with_current_invocation=with_current_invocation)
        # Out of the metronome at once, which would keep all of a page that is gone; and out of the
        # page a little later, as that may be what is being taken apart.
        self._leave()
        if core.is_loop_running():
            asyncio.get_running_loop().call_soon(self._cleanup)

    def _wait_for(self, beat: int) -> None:
        if not (self._is_canceled or self.is_deleted):
            self._leave = self._metronome.add(self, beat)

    def _cleanup(self) -> None:
        is_there = not self.is_deleted
        super()._cleanup()
        if is_there:
            self._keep_from_the_browser()

    def _keep_from_the_browser(self) -> None:
        """It shows nothing, and each change of pace would be two messages to every page."""
        holder = self.parent_slot.parent if self.parent_slot else None
        for element in (self, holder):
            if element is not None:
                self.client.outbox.updates.pop(element.id, None)

    async def _tick(self, due: int) -> None:
        try:
            await self._call()
        except Exception as error:
            core.app.handle_exception(error)
        self._wait_for(math.ceil(next_due(due, self._metronome.now, self.interval)))


class Metronome:
    """Fires whatever is due at each beat; it sleeps while nothing is."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._due: defaultdict[int, dict[SteadyTimer, None]] = defaultdict(dict)
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = 0

    @property
    def now(self) -> float:
        """The time of the event loop, in beats."""
        return self._loop.time() / BEAT

    def add(self, timer: SteadyTimer, due: int) -> Callable[[], None]:
        """Fire `timer` once, at beat number `due`; not any more once the answer is called."""
        timers = self._due[due]
        timers[timer] = None
        if self._alarm is None or due < self._alarm_at:
            self._set_alarm()
        return partial(timers.pop, timer, None)

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._due:
            # Noted here: an alarm that is over already has, with uvloop, no time to be asked for.
            self._alarm_at = min(self._due)
            self._alarm = self._loop.call_at(self._alarm_at * BEAT, self._beat)

    def _beat(self) -> None:
        self._alarm = None
        left = _AT_A_STRETCH
        for beat in sorted(beat for beat in self._due if beat <= self.now):
            timers = self._due[beat]
            while timers and left:
                timer, _ = timers.popitem()
                self._fire(timer, beat)
                left -= 1
            if timers:
                break
            del self._due[beat]
        self._set_alarm()  # at once, when some are left

    def _fire(self, timer: SteadyTimer, beat: int) -> None:
        try:
            timer.fire(beat)
        except Exception as error:  # one page's trouble: the beat goes on for all others
            core.app.handle_exception(error)


_metronomes: WeakKeyDictionary[asyncio.AbstractEventLoop, Metronome] = WeakKeyDictionary()


def metronome_of_this_loop() -> Metronome:
    """The one metronome of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _metronomes:
        _metronomes[loop] = Metronome(loop)
    return _metronomes[loop]
