"""A page with one live surface in stepped time, and the browser in the test's hands."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from nicegui import Client, ui
from nicegui.testing import user_simulation

from policy import review_pack_polling, run_detail_polling
from policy.decision import Decision, Guards, Reason
from policy.review_pack_polling import PackFacts, effective_status
from policy.run_detail_polling import RunFacts
from ui.live import Version

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Snapshot:
    now: datetime
    version: int
    facts: RunFacts | PackFacts


@dataclass
class Screen:
    """A surface over one record that the test writes, recording what reached the screen."""

    clock: "asyncio.AbstractEventLoop"
    status: str = "running"
    outcome: str | None = None
    version: int = 1
    age: float = 0.0
    allowed: bool = True
    error: Exception | None = None
    read_takes: float = 0.0
    reads: list[float] = field(default_factory=list)
    looks: int = 0
    paints: list[Snapshot] = field(default_factory=list)
    badges: list[object] = field(default_factory=list)
    cleared: list[Reason] = field(default_factory=list)
    overlapping: int = 0
    name: str = "run_detail"
    ends_for_good: bool = True
    at: int = 1
    lost: int = 0
    pace: float | None = None

    def __post_init__(self) -> None:
        self.born = self.clock.time()
        self._reading = 0

    def snapshot(self) -> Snapshot:
        now = START + timedelta(seconds=self.clock.time() - self.born)
        started = START - timedelta(seconds=self.age)
        return Snapshot(now, self.version, RunFacts(self.status, self.outcome, started, started))

    def finish(self) -> None:
        self.status, self.outcome, self.version = "completed", "succeeded", self.version + 1

    def listen(self, heard: Callable[[], None]) -> None:
        self.heard = heard

    def keep_pace(self, pace: float | None) -> None:
        self.pace = pace

    async def may_look(self, max_age: float, *, fresh: bool) -> bool:
        self.looks += 1
        return self.allowed

    async def read(self, max_age: float, *, fresh: bool) -> Snapshot | None:
        self._reading += 1
        self.overlapping = max(self.overlapping, self._reading)
        self.reads.append(self.clock.time() - self.born)
        try:
            if self.error:
                raise self.error
            seen = self.snapshot()
            await asyncio.sleep(self.read_takes)
            return seen
        finally:
            self._reading -= 1

    def decide(self, snapshot: Snapshot | None, guards: Guards, now: datetime) -> Decision:
        return run_detail_polling.decide(snapshot and snapshot.facts, guards, now)

    def version_of(self, snapshot: Snapshot) -> Version:
        return (snapshot.version,)

    def is_older(self, new: Snapshot, shown: Snapshot) -> bool:
        return new.version < shown.version

    def turned(self, snapshot: Snapshot) -> Snapshot | None:
        return None

    def look(self, snapshot: Snapshot) -> object:
        return snapshot.facts.status

    def paint(self, snapshot: Snapshot) -> None:
        self.paints.append(snapshot)

    def clear(self, reason: Reason) -> None:
        self.cleared.append(reason)

    def show_badge(self, state: object, snapshot: Snapshot | None) -> None:
        self.badges.append(state)

    def is_at(self, number: object) -> bool:
        return number == self.at

    def lose(self) -> None:
        self.lost += 1

    def close(self) -> None:
        pass


@dataclass
class PackScreen(Screen):
    """The same over a review pack that is ready, and expires `expires_in` seconds from now."""

    status: str = "ready"
    name: str = "review_pack"
    ends_for_good: bool = False
    expires_in: float | None = 60.0

    def snapshot(self) -> Snapshot:
        now = START + timedelta(seconds=self.clock.time() - self.born)
        left = self.expires_in
        expires_at = None if left is None else START + timedelta(seconds=left)
        return Snapshot(now, self.version, PackFacts(self.status, expires_at))

    def decide(self, snapshot: Snapshot | None, guards: Guards, now: datetime) -> Decision:
        return review_pack_polling.decide(snapshot and snapshot.facts, guards, now)

    def look(self, snapshot: Snapshot) -> object:
        return effective_status(snapshot.facts, snapshot.now)

    def turned(self, snapshot: Snapshot) -> Snapshot | None:
        at = review_pack_polling.repaint_at(snapshot.facts, snapshot.now)
        return None if at is None else replace(snapshot, now=at)

    @property
    def looks_painted(self) -> list[str]:
        return [str(self.look(snapshot)) for snapshot in self.paints]


class Rig:
    """One page with one live surface, and the browser in the test's hands."""

    def __init__(self, screen: Screen, client: Client) -> None:
        # The simulation forgets what it has imported; so these are those of this simulation.
        from ui.browser import Browser, Dialog
        from ui.live import Live

        self.screen = screen
        self.client = client
        with client:
            self.browser = Browser(client)
            screen_as_surface = _surface(screen)
            self.live = Live(screen_as_surface, self.browser, screen.clock.time, screen.snapshot())
            self._dialog_type = Dialog

    @property
    def badge(self) -> "SimpleNamespace":
        return self.screen.badges[-1]

    @property
    def timer(self) -> object:
        return self.live._timer

    async def pass_time(self, seconds: float) -> None:
        """A long time in one stride; whatever was due in it comes late."""
        self.screen.clock.now += seconds
        await asyncio.sleep(0.01)

    def report(self, state: str) -> None:
        self.browser._hear(SimpleNamespace(args=state))

    def disconnect(self) -> None:
        self.client.tab_id = None
        self.browser._disconnect()

    def open_dialog(self) -> ui.dialog:
        with self.client:
            dialog = self._dialog_type(self.browser)
        dialog.open()
        return dialog


def _surface(screen: Screen) -> object:
    methods = {
        name: getattr(screen, name)
        for name in (
            *("listen", "keep_pace", "may_look", "read", "decide", "is_older", "look", "turned"),
            *("paint", "clear", "show_badge", "is_at", "lose", "close"),
        )
    }
    return SimpleNamespace(
        name=screen.name,
        ends_for_good=screen.ends_for_good,
        age=0.0,
        version=screen.version_of,
        **methods,
    )


@asynccontextmanager
async def page(kind: type[Screen] = Screen, **facts: object) -> AsyncIterator[Rig]:
    async with user_simulation(root=lambda: None) as user:
        client = await user.open("/")
        yield Rig(kind(asyncio.get_running_loop(), **facts), client)
