"""The driver: the one owner of the `ui.timer` of every live surface.

It asks when the policy says so, paints what changed, and says on the badge what it really does.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from nicegui import background_tasks, ui

from policy.decision import Decision, Guards, Reason
from policy.instant import elapsed
from policy.pacing import back_off
from services import metrics
from ui.browser import Browser
from ui.steady_timer import SteadyTimer

Clock = Callable[[], float]
Version = tuple[int, ...]
_Identity = tuple[Version | None, Hashable]

_NUDGE_WINDOW = 1.0
_SAME_READ = 0.001
_LONGEST_WAIT = 86400.0  # of one sleep before a turn; a turn that is further off sleeps again
_log = logging.getLogger("stillwatch.live")


class Snapshot(Protocol):
    """What a read brings: immutable facts, and the database's clock when they were read."""

    @property
    def now(self) -> datetime: ...


S = TypeVar("S", bound=Snapshot)


@dataclass(frozen=True, slots=True)
class BadgeState:
    """What a badge has to say: the reason, the delay really armed, and since when it is stale."""

    reason: Reason
    armed: float | None
    stale_since: datetime | None


class Surface(Protocol[S]):
    """What a live part of a page knows of itself; the driver knows the rest.

    `max_age` is in seconds; `fresh` asks for a read that begins now. Reading raises whatever went
    wrong. None stands for what is missing. `age` is that of what was read last, in seconds; `heard`
    is to be called when another viewer's read has brought news, and `pace` is how often, in
    seconds, this one reads by itself. With `ends_for_good` nothing follows the end: what is
    painted as terminal is not read again when the page is shown.

    A version tells what is shown from what was read; None leaves that to `look`. What `is_older`
    than what is shown is never painted, nor what was read before it. `turned` gives the same facts
    as of the moment when time alone changes how they look, None when it never does.
    """

    name: str
    ends_for_good: bool

    def listen(self, heard: Callable[[], None]) -> None: ...
    def keep_pace(self, pace: float | None) -> None: ...
    @property
    def age(self) -> float: ...
    async def may_look(self, max_age: float, *, fresh: bool) -> bool: ...
    async def read(self, max_age: float, *, fresh: bool) -> S | None: ...
    def decide(self, snapshot: S | None, guards: Guards, now: datetime) -> Decision: ...
    def version(self, snapshot: S) -> Version | None: ...
    def is_older(self, new: S, shown: S) -> bool: ...
    def look(self, snapshot: S) -> Hashable: ...
    def turned(self, snapshot: S) -> S | None: ...
    def paint(self, snapshot: S) -> None: ...
    def clear(self, reason: Reason) -> None: ...
    def show_badge(self, state: BadgeState, snapshot: S | None) -> None: ...
    def is_at(self, number: object) -> bool: ...
    def lose(self) -> None: ...
    def close(self) -> None: ...


class Live(Generic[S]):
    """One surface of one page, kept as live as its policy says. `clock` is monotonic, in seconds.

    A tick is: check access, one read, decide with the guards of now, paint what changed, arm.
    """

    def __init__(self, surface: Surface[S], browser: Browser, clock: Clock, shown: S) -> None:
        self._surface = surface
        self._ticks = metrics.poll_ticks.labels(surface.name)
        self._updates = metrics.ui_updates.labels(surface.name)
        self._browser = browser
        self._clock = clock
        self._shown: S | None = shown
        self._painted: _Identity | None = _identity(surface, shown)
        self._painted_at = clock()
        self._read_at = shown.now
        self._read_when = clock() - surface.age
        self._anchor = ui.element().classes("hidden")  # holds the timer; nothing clears it
        self._timer: SteadyTimer | None = None
        self._armed: float | None = None
        self._armed_label = ""
        self._turn: asyncio.TimerHandle | None = None
        self._authorised = True
        self._is_closed = False
        self._is_reading = False
        self._is_overdue = False  # what was read is not on the screen, or something was done since
        self._was_acted_on = False  # and what is read next is to begin after that
        self._was_guarded = True
        self._awaits_first_report = True
        self._nudged_at = float("-inf")
        self._failures = 0
        self._counted: Reason | None = None
        browser.on_change(self._guards_changed)
        browser.on_refresh(self.nudge)
        browser.on_standing(self._hear_standing)
        surface.listen(self._hear_news)
        browser.client.on_delete(self.close)
        self._arm()

    @property
    def shown(self) -> S | None:
        """What is on the screen; None once it was taken off."""
        return self._shown

    @property
    def now(self) -> datetime:
        """The database's clock, carried on by ours: while nothing is read, all ages the same."""
        return self._read_at + timedelta(seconds=self._clock() - self._read_when)

    async def tick(self) -> None:
        """The timer fired: refresh, unless a guard has closed since it was armed."""
        closed = self._guards().closed()
        if closed is not None:
            metrics.poll_skipped.labels(self._surface.name, closed).inc()
            self._arm()
        elif not self._is_reading:
            if self._counted is Reason.TERMINAL:
                metrics.terminal_polls.labels(self._surface.name).inc()  # an alarm: never to be
            await self._refresh()

    def nudge(self, *, own_action: bool = False) -> None:
        """Refresh at once, because the person came back or did something.

        Nudges within a second are one, and wait for a read in flight. The read after an own
        action begins after it. Under a closed guard the nudge keeps until it opens.
        """
        if self._is_closed:
            return
        is_covered = self._clock() - self._nudged_at < _NUDGE_WINDOW and not self._is_overdue
        self._is_overdue |= own_action or not is_covered
        self._was_acted_on |= own_action
        if self._is_reading or self._guards().closed() is not None:
            return
        if not self._is_overdue:
            self._arm()
            return
        self._nudged_at = self._clock()
        self._is_reading = True  # from here on, so that whatever comes next joins this one
        background_tasks.create(self._refresh(), name=f"nudge {self._surface.name}")

    def end(self, reason: Reason) -> None:
        """Take everything off the screen for good: what was shown is no longer to be seen."""
        if self._is_closed:
            return
        self._authorised = reason is not Reason.UNAUTHORISED
        self._shown = None
        self._surface.clear(reason)
        self._arm()
        self.close()

    def close(self) -> None:
        """Stop for good; also called when the page is gone."""
        if not self._is_closed:
            self._is_closed = True
            self._disarm()
            self._count(None)
            self._await_turn()
            self._surface.close()

    async def _refresh(self) -> None:
        self._is_reading = True
        try:
            self._ticks.inc()
            await self._read_once()
            await self._read_what_is_owed()
        finally:
            self._is_reading = False

    async def _read_what_is_owed(self) -> None:
        """Something was done while a read was under way: that may have begun too early."""
        while self._is_owed_now() and self._failures == 0:
            self._nudged_at = self._clock()
            self._ticks.inc()
            await self._read_once()

    def _is_owed_now(self) -> bool:
        return self._is_overdue and not self._is_closed and self._guards().closed() is None

    async def _read_once(self) -> None:
        owed, self._is_overdue = self._is_overdue, False
        fresh, self._was_acted_on = self._was_acted_on, False
        max_age = self._armed or _NUDGE_WINDOW
        if owed:  # all that come back together are still one read
            max_age = min(max_age, _NUDGE_WINDOW)
        try:
            may_look = await self._surface.may_look(max_age, fresh=fresh)
            snapshot = await self._surface.read(max_age, fresh=fresh) if may_look else None
            if snapshot is not None and not self._is_closed:
                self._take(snapshot)
        except Exception as error:  # whatever it was, the last good view stays and says so
            self._is_overdue |= owed  # what was asked for is still owed
            self._was_acted_on |= fresh
            self._fail(error)
            return
        if self._is_closed:
            return
        if snapshot is None:
            self.end(Reason.MISSING if may_look else Reason.UNAUTHORISED)
            return
        self._failures, self._read_at = 0, snapshot.now
        self._read_when = self._clock() - self._surface.age
        self._arm()

    def _take(self, snapshot: S) -> None:
        if self._guards().closed() is None:
            self._paint(snapshot)
        else:
            self._is_overdue = True  # never under a dialog; read again once it is closed

    def _paint(self, snapshot: S) -> None:
        if self._is_older(snapshot):
            return  # a slow older answer never replaces a newer one
        if self._put(snapshot):
            self._updates.inc()
        self._painted_at = self._clock()

    def _is_older(self, snapshot: S) -> bool:
        """By its version, or by when its reading began: another's may have begun before our own."""
        began = self._clock() - self._surface.age
        if self._shown is None or began < self._read_when - _SAME_READ:
            return self._shown is not None
        return self._surface.is_older(snapshot, self._shown)

    def _put(self, snapshot: S) -> bool:
        """Show `snapshot`; return whether that changed the screen."""
        identity = _identity(self._surface, snapshot)
        is_new = identity != self._painted
        if is_new:
            self._surface.paint(snapshot)
            self._painted = identity
        self._shown = snapshot
        return is_new

    def _fail(self, error: Exception) -> None:
        if self._is_closed:
            return
        self._failures += 1
        if self._failures == 1:
            _log.warning("%s cannot be refreshed: %s", self._surface.name, _first_line(error))
        self._arm()

    def _hear_news(self) -> None:
        """Another's read has brought something new, which is not to wait for our own tick."""
        if self._timer is None or self._is_closed or self._is_reading or self._guards().closed():
            return
        self._is_reading = True
        background_tasks.create(self._take_news(), name=f"news {self._surface.name}")

    async def _take_news(self) -> None:
        try:
            await self._read_once()  # which is served by that read, and still checks access
            await self._read_what_is_owed()
        finally:
            self._is_reading = False

    def _hear_standing(self, standing: Mapping[str, object]) -> None:
        """The browser says where it stands; what it has missed comes as a fresh page has it."""
        number = standing.get(self._surface.name)
        if self._is_closed or number is None or self._surface.is_at(number):
            return
        self._surface.lose()
        self._painted = None
        if self._shown is None or not self._has_ended_for_good(self._decide()):
            self._is_overdue = True
            self.nudge()
        elif self._guards().closed() is None:
            self._put(self._shown)
            self._arm()

    def _guards_changed(self) -> None:
        if self._is_closed:
            return
        closed = self._guards().closed()
        was_guarded, self._was_guarded = self._was_guarded, closed is not None
        # Hidden from the start, or reported under a dialog: what opens then is no first report.
        self._awaits_first_report &= closed is not Reason.DIALOG
        self._awaits_first_report &= self._browser.is_visible is not False
        if not was_guarded or self._was_guarded:
            self._arm()
            return
        decision = self._decide()
        interval = decision.interval
        is_first_report, self._awaits_first_report = self._awaits_first_report, False
        is_young = self._clock() - self._painted_at < (interval or _NUDGE_WINDOW)
        if is_first_report and is_young and not self._is_overdue and self._painted is not None:
            self._arm()  # just painted: reading the same again would help nobody
        elif self._is_overdue or not self._has_ended_for_good(decision):
            self.nudge()
        else:
            background_tasks.create(self._recheck_access(), name=f"access {self._surface.name}")

    def _has_ended_for_good(self, decision: Decision) -> bool:
        return decision.reason is Reason.TERMINAL and self._surface.ends_for_good

    async def _recheck_access(self) -> None:
        """A page that no longer ticks still has to notice, when shown, that access was lost."""
        try:
            may_look = await self._surface.may_look(0.0, fresh=True)
        except Exception as error:
            _log.warning("%s cannot check access: %s", self._surface.name, _first_line(error))
            return
        if self._is_closed:
            return
        if not may_look:
            self.end(Reason.UNAUTHORISED)
        elif self._shown is not None and self._guards().closed() is None:
            self._paint(self._shown)  # no read, but what the person may do can have changed
            self._arm()

    def _guards(self) -> Guards:
        return Guards(
            authorised=self._authorised,
            connected=self._browser.is_connected,
            visible=self._browser.is_visible,
            dialog_open=self._browser.is_dialog_open,
        )

    def _decide(self) -> Decision:
        return self._surface.decide(self._shown, self._guards(), self.now)

    def _arm(self) -> None:
        """The one place that creates the timer, and tells the badge what was really armed."""
        decision = self._decide()
        delay = self._delay(decision.interval)
        if delay != self._armed:
            self._disarm()
            if delay is not None and not self._is_closed:
                self._create_timer(delay)
        stale_since = self._read_at if self._failures else None
        self._count(decision.reason)
        self._surface.keep_pace(self._armed)
        self._surface.show_badge(BadgeState(decision.reason, self._armed, stale_since), self._shown)
        self._await_turn()

    def _delay(self, interval: int | None) -> float | None:
        if self._failures == 0:
            return interval
        if interval is None and self._is_owed_now():
            interval = 1  # a finished view whose refresh after an own action failed
        if interval is None:
            return None
        return round(back_off(interval, self._failures, random.random()), 1)

    def _create_timer(self, delay: float) -> None:
        with self._anchor:
            self._timer = SteadyTimer(delay, self.tick)
        self._armed = delay
        self._armed_label = "backoff" if self._failures else f"{delay:g}"
        metrics.pollers.labels(self._surface.name, self._armed_label).inc()

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            metrics.pollers.labels(self._surface.name, self._armed_label).dec()
        self._timer, self._armed = None, None

    def _count(self, reason: Reason | None) -> None:
        """Be counted among the open pages by what the badge says."""
        if reason is not self._counted:
            for one, step in ((self._counted, -1), (reason, 1)):
                if one is not None:
                    metrics.pages.labels(self._surface.name, one).inc(step)
            self._counted = reason

    def _await_turn(self) -> None:
        """Be there, once, when time alone changes what is shown."""
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        turned = self._next_turn()
        if turned is not None:
            wait = elapsed(self.now, turned.now).total_seconds()
            loop = asyncio.get_running_loop()
            # Not a `ui.timer`: a cancelled one sleeps on, and this sleep can last a month.
            self._turn = loop.call_later(max(0.0, min(wait, _LONGEST_WAIT)), self._turn_over)

    def _next_turn(self) -> S | None:
        """What comes by itself; nothing does under a dialog, whose closing asks again."""
        if self._is_closed or self._shown is None:
            return None
        turned = self._surface.turned(self._shown)
        return None if turned is None or self._browser.is_dialog_open else turned

    def _turn_over(self) -> None:
        """Paint what time has changed: no read, no tick."""
        turned = self._next_turn()
        if turned is not None and elapsed(turned.now, self.now) >= timedelta(0):
            self._put(turned)
        self._arm()


def _identity(surface: Surface[S], snapshot: S) -> _Identity:
    return surface.version(snapshot), surface.look(snapshot)


def _first_line(error: Exception) -> str:
    """What went wrong, without the statement that met it."""
    return str(error).partition("\n")[0] or type(error).__name__
